import { RandomStream } from "../../../kernels/random/random";
import { drawContent, type Content } from "../content";
import { clash, type PocketConstraint } from "../exclusions";
import { families, familyOf } from "../families/registry";
import { allWords, animals } from "../lexicon";
import { render } from "../render";

/* Sets of constraints and their texts, for tests and for the recorder of the Punkt fixture. */

/** Every family once for each of its structural parameters; the words in them are drawn. */
export function constraintVariants(stream: RandomStream): PocketConstraint[] {
  return [...families.keys()].flatMap((family) => {
    const byStructure = new Map<string, PocketConstraint>();
    for (let draw = 0; draw < 60; draw++) {
      const kwargs = familyOf(family).drawKwargs(stream, (words) => stream.pick(allWords(words)));
      const structure = Object.values(kwargs).filter(
        (value) => typeof value === "number" || value === "less than",
      );
      byStructure.set(JSON.stringify(structure), { family, kwargs });
    }
    return [...byStructure.values()];
  });
}

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
  return drawContent(stream, stream.pick(allWords(animals)), new Set(own));
}

/** A drawn set of up to four constraints that may exclude each other. */
export const drawSet = (stream: RandomStream, size: number): PocketConstraint[] =>
  stream
    .shuffled([...families.values()])
    .slice(0, size)
    .map((family) => ({
      family: family.name,
      kwargs: family.drawKwargs(stream, (words) => stream.pick(allWords(words))),
    }));

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
