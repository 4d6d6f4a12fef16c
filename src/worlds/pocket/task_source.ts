import { HerlError } from "../../errors";
import { RandomStream } from "../../kernels/random/random";
import { pocketConfig } from "./config";
import type { Topic } from "./content";
import { clash, type PocketConstraint } from "./exclusions";
import type { FamilyName, WordChoice } from "./families/family";
import { familyClasses, familyOf, trainableFamilies } from "./families/registry";
import { allWords, animals, places } from "./lexicon";
import { hasReservedPair, isForEvaluation, reservedPairs, type Split } from "./splits";
import { makeTask, type PocketTask } from "./tasks";

export interface TaskSourceOptions {
  readonly split: Split;
  /** Families to draw from; the split `ood` draws from the foreign ones whatever is said here. */
  readonly families?: readonly FamilyName[];
  readonly seed?: number;
  readonly minConstraints?: number;
  readonly maxConstraints?: number;
}

/** An endless list of tasks: the same index gives the same task, on every machine. */
export interface TaskSource {
  task(index: number): PocketTask;
}

/**
 * The tasks of a split:
 *
 * - `train`: usual words, no reserved pair of families, from the side of training;
 * - `heldout`: the same kind, from the side of evaluation;
 * - `close`: reserved words throughout, and in half of the tasks a reserved pair, where the families have one; from
 *   the side of evaluation;
 * - `ood`: usual words, the foreign families; from the side of evaluation.
 *
 * Throws TASK_INVALID when the families cannot fill `minConstraints` lines.
 */
export function taskSource(options: TaskSourceOptions): TaskSource {
  const { split, seed = 0 } = options;
  const names = split === "ood" ? familyClasses.foreign : (options.families ?? trainableFamilies);
  const { minConstraints = pocketConfig.minConstraints, maxConstraints = pocketConfig.maxConstraints } =
    options;
  const pairs = reservedPairs.filter((pair) => pair.every((name) => names.includes(name)));
  const canPair = pairs.length > 0 && maxConstraints > 1;
  const wordsOf: WordChoice = ({ usual, reserved }) => (split === "close" ? reserved : usual);

  const attempt = (stream: RandomStream): { topic: Topic; constraints: PocketConstraint[] } => {
    const lead = split === "close" && canPair && stream.chance(0.5) ? stream.pick(pairs) : [];
    return {
      topic: drawTopic(stream, wordsOf),
      constraints: drawConstraints(stream, {
        names,
        lead,
        count: minConstraints + stream.integer(maxConstraints - minConstraints + 1),
        wordsOf,
      }),
    };
  };

  return {
    task(index) {
      const stream = RandomStream.of(seed, "pocket", split, index);
      for (let tries = 0; tries < maxTries; tries++) {
        const { topic, constraints } = attempt(stream);
        if (constraints.length < minConstraints) continue;
        if (split !== "close" && hasReservedPair(constraints.map(({ family }) => family))) continue;
        if (isForEvaluation(topic, constraints) !== (split !== "train")) continue;
        return makeTask(`pocket:${split}:${index}`, topic, constraints);
      }
      throw new HerlError(
        "TASK_INVALID",
        `The families ${names.join(", ")} make no task of the split ${split} with ${minConstraints} constraints.`,
        "Name more families, or ask for fewer constraints.",
      );
    },
  };
}

/** One try in eight is on the side of evaluation: what fails so often is impossible. */
const maxTries = 2000;

const drawTopic = (stream: RandomStream, wordsOf: WordChoice): Topic => ({
  animal: stream.pick(wordsOf(animals)),
  place: stream.pick(wordsOf(places)),
});

interface ConstraintDraw {
  readonly names: readonly FamilyName[];
  /** Families that come first if they fit together. */
  readonly lead: readonly FamilyName[];
  /** How many constraints to draw, if so many fit together. */
  readonly count: number;
  readonly wordsOf: WordChoice;
}

/** Constraints that do not exclude each other, in a drawn order. */
function drawConstraints(
  stream: RandomStream,
  { names, lead, count, wordsOf }: ConstraintDraw,
): PocketConstraint[] {
  const constraints: PocketConstraint[] = [];
  for (const family of [...lead, ...stream.shuffled(names)]) {
    if (constraints.length === count) break;
    const candidate = { family, kwargs: stream.pick(familyOf(family).choices(wordsOf)) };
    if (constraints.every((other) => clash(other, candidate) === null)) constraints.push(candidate);
  }
  return stream.shuffled(constraints);
}

/** A task for pre-training: all words and families, from the side of training. */
export function drawPretrainingTask(
  stream: RandomStream,
  minConstraints: number,
  maxConstraints: number,
): PocketTask {
  const names: readonly FamilyName[] = [...trainableFamilies, ...familyClasses.foreign];
  for (;;) {
    const topic = drawTopic(stream, allWords);
    const count = minConstraints + stream.integer(maxConstraints - minConstraints + 1);
    const constraints = drawConstraints(stream, { names, lead: [], count, wordsOf: allWords });
    if (!isForEvaluation(topic, constraints)) return makeTask("pocket:pretraining", topic, constraints);
  }
}
