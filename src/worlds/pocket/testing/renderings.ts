import { RandomStream } from "../../../kernels/random/random";
import { drawContent, type Content } from "../content";
import { clash, type PocketConstraint } from "../exclusions";
import { families, familyOf } from "../families/registry";
import { allWords, animals, places } from "../lexicon";
import { render } from "../render";

/* Sets of constraints and their texts, for tests and for the recorder of the Punkt fixture. */

/** Every family with each of its parameters; of those that differ in a word alone, one that is drawn. */
export const constraintVariants = (stream: RandomStream): PocketConstraint[] =>
  [...families.values()].flatMap(({ name, choices }) =>
    choices((words) => [stream.pick(allWords(words))]).map((kwargs) => ({ family: name, kwargs })),
  );

/** Whether no two constraints of a set exclude each other. */
export const isAllowed = (set: readonly PocketConstraint[]): boolean =>
  set.every((first, index) => set.slice(0, index).every((second) => clash(second, first) === null));

/** All ways of following some constraints of `size` and breaking the others. */
export const subsets = (size: number): boolean[][] =>
  Array.from({ length: 1 << size }, (_, bits) =>
    Array.from({ length: size }, (_, i) => ((bits >> i) & 1) === 1),
  );

/** A drawn content that leaves the constraints' own words alone. */
export function contentFor(stream: RandomStream, constraints: readonly PocketConstraint[]): Content {
  const own = constraints.flatMap(({ family, kwargs }) => familyOf(family).words?.(kwargs) ?? []);
  const topic = { animal: stream.pick(allWords(animals)), place: stream.pick(allWords(places)) };
  return drawContent(stream, topic, new Set(own));
}

/** A drawn set of up to four constraints that may exclude each other. */
export const drawSet = (stream: RandomStream, size: number): PocketConstraint[] =>
  stream
    .shuffled([...families.values()])
    .slice(0, size)
    .map(({ name, choices }) => ({ family: name, kwargs: stream.pick(choices(allWords)) }));

/** The texts on which sentence counts are compared with NLTK's: sets of one to four, some of each followed. */
export function sentenceTexts(): string[] {
  const stream = RandomStream.of(2, "sentence texts");
  const texts: string[] = [];
  while (texts.length < 4000) {
    const set = drawSet(stream, 1 + stream.integer(4));
    if (!isAllowed(set)) continue;
    const followed = set.map(() => stream.chance(0.7));
    texts.push(render(contentFor(stream, set), set, followed));
  }
  return texts;
}
