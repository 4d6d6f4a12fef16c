import { describe, expect, test } from "vitest";
import { RandomStream } from "../../kernels/random/random";
import { drawContent, type Content } from "./content";
import { clash, type PocketConstraint } from "./exclusions";
import { familyOf, families } from "./families/registry";
import { allWords } from "./lexicon";
import { followsConstraint, render } from "./render";

/** Every family once for each of its structural parameters; the words in them are drawn anew for each text. */
function variants(stream: RandomStream): PocketConstraint[] {
  return [...families.keys()].flatMap((family) => {
    const drawn = new Map<string, PocketConstraint>();
    for (let draw = 0; draw < 60; draw++) {
      const kwargs = familyOf(family).drawKwargs(stream, (words) => stream.pick(allWords(words)));
      const structure = Object.entries(kwargs).filter(
        ([, value]) => typeof value === "number" || value === "less than",
      );
      drawn.set(JSON.stringify(structure), { family, kwargs });
    }
    return [...drawn.values()];
  });
}

const isAllowed = (set: readonly PocketConstraint[]): boolean =>
  set.every((first, index) => set.slice(0, index).every((second) => clash(second, first) === null));

const contentFor = (stream: RandomStream, topic: string, constraints: readonly PocketConstraint[]): Content =>
  drawContent(
    stream,
    topic,
    new Set(constraints.flatMap(({ family, kwargs }) => familyOf(family).words?.(kwargs) ?? [])),
  );

const subsets = (size: number): boolean[][] =>
  Array.from({ length: 1 << size }, (_, bits) =>
    Array.from({ length: size }, (_, i) => ((bits >> i) & 1) === 1),
  );

/** Renders every subset of a set on some contents and checks each verdict; returns the number of texts. */
function checkSet(stream: RandomStream, set: readonly PocketConstraint[], contents: number): number {
  let texts = 0;
  for (let n = 0; n < contents; n++) {
    const content = contentFor(stream, stream.pick(["fox", "swan"]), set);
    for (const followed of subsets(set.length)) {
      const text = render(content, set, followed);
      const verdicts = set.map((constraint) => followsConstraint(text, constraint));
      if (String(verdicts) !== String(followed)) expect(verdicts, text).toEqual(followed);
      texts++;
    }
  }
  return texts;
}

describe("a rendering follows exactly what it is told to follow", () => {
  const stream = RandomStream.of(7, "render test");
  const all = variants(stream);

  test("all pairs and triples of constraints, every subset followed", () => {
    let sets = 0;
    let texts = 0;
    for (let a = 0; a < all.length; a++) {
      for (let b = a + 1; b < all.length; b++) {
        if (!isAllowed([all[a], all[b]])) continue;
        texts += checkSet(stream, [all[a], all[b]], 4);
        sets++;
        for (let c = b + 1; c < all.length; c++) {
          if (!isAllowed([all[a], all[b], all[c]])) continue;
          texts += checkSet(stream, [all[a], all[b], all[c]], 2);
          sets++;
        }
      }
    }
    console.log(`${all.length} constraints, ${sets} pairs and triples, ${texts} texts`);
    expect(sets).toBeGreaterThan(1000);
  });

  test("thousands of drawn quadruples", () => {
    let sets = 0;
    while (sets < 3000) {
      const set = stream.shuffled(all).slice(0, 4);
      if (!isAllowed(set)) continue;
      checkSet(stream, set, 1);
      sets++;
    }
  });
});
