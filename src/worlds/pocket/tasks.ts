import { HerlError } from "../../errors";
import type { Task } from "../../rubric/schema";
import type { Kwargs } from "../../rubric/verifiers/verifier";
import type { Topic } from "./content";
import { clash, type PocketConstraint } from "./exclusions";
import { families, familyOf } from "./families/registry";
import { allWords, animals, places, type WordClass } from "./lexicon";

/** A task of the pocket world; item i of its rubric is constraint i, and line i + 1 of its prompt. */
export interface PocketTask extends Task {
  readonly topic: Topic;
  readonly constraints: readonly PocketConstraint[];
}

/** Whether a task is one of the pocket world's, its rubric perhaps changed since. */
export const isPocketTask = (task: Task): task is PocketTask => "topic" in task && "constraints" in task;

/** A constraint as the policy is told it. */
export const tellConstraint = ({ family, kwargs }: PocketConstraint): string => familyOf(family).tell(kwargs);

/** A topic as the policy is told it. */
export const tellTopic = ({ animal, place }: Topic): string => `Write about a ${animal} at the ${place}.`;

/** An instruction: the line that tells its topic, and what it asks for as a numbered list. */
export const numbered = (topic: string, texts: readonly string[]): string =>
  [topic, ...texts.map((text, index) => `${index + 1}. ${text}`)].join("\n");

/** A task from its parts, which must fit together. */
export function makeTask(id: string, topic: Topic, constraints: readonly PocketConstraint[]): PocketTask {
  return {
    id,
    topic,
    constraints,
    prompt: numbered(tellTopic(topic), constraints.map(tellConstraint)),
    rubric: constraints.map((constraint) => ({
      text: tellConstraint(constraint),
      weight: 1,
      polarity: "want",
      check: { by: "code", verifier: familyOf(constraint.family).verifier, kwargs: constraint.kwargs },
    })),
  };
}

/**
 * A task about `topic` with the given constraints, as a reader composes it. Throws TASK_INVALID for a topic or a
 * family that the world does not have, for parameters that are none of the family's choices, and for two constraints
 * that exclude each other, naming them.
 */
export function composeTask(topic: Topic, constraints: readonly PocketConstraint[]): PocketTask {
  checkWord(topic.animal, animals);
  checkWord(topic.place, places);
  constraints.forEach((constraint, index) => {
    checkConstraint(constraint);
    for (const earlier of constraints.slice(0, index)) {
      const because = clash(earlier, constraint);
      if (because === null) continue;
      throw new HerlError(
        "TASK_INVALID",
        `"${tellConstraint(earlier)}" and "${tellConstraint(constraint)}" exclude each other: ${because}.`,
        "Remove one of the two.",
      );
    }
  });
  return makeTask(
    `pocket:${topic.animal}:${topic.place}:${constraints.map(({ family }) => family).join("+")}`,
    topic,
    constraints,
  );
}

function checkWord(word: string, words: WordClass): void {
  if (allWords(words).includes(word)) return;
  throw new HerlError(
    "TASK_INVALID",
    `The pocket world knows no "${word}".`,
    `Choose one of ${allWords(words).join(", ")}.`,
  );
}

function checkConstraint({ family, kwargs }: PocketConstraint): void {
  const known = families.get(family);
  if (known === undefined) {
    throw new HerlError(
      "TASK_INVALID",
      `The pocket world has no family of constraints called "${family}".`,
      `Choose one of ${[...families.keys()].join(", ")}.`,
    );
  }
  const choices = known.choices(allWords);
  if (!choices.some((choice) => isSame(choice, kwargs))) {
    throw new HerlError(
      "TASK_INVALID",
      `The family ${family} has no parameters ${JSON.stringify(kwargs)}.`,
      `Choose one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}.`,
    );
  }
}

const isSame = (first: Kwargs, second: Kwargs): boolean =>
  Object.keys(first).length === Object.keys(second).length &&
  Object.entries(first).every(([name, value]) => JSON.stringify(value) === JSON.stringify(second[name]));
