import { describe, expect, test } from "vitest";
import { RandomStream } from "../../kernels/random/random";
import type { PocketConstraint } from "./exclusions";
import { familyClasses } from "./families/registry";
import { followsConstraint, render } from "./render";
import { constraintVariants, contentFor, drawSet, isAllowed, subsets } from "./testing/renderings";

/** Renders every subset of a set on some contents and checks each verdict; returns the number of texts. */
function checkSet(stream: RandomStream, set: readonly PocketConstraint[], contents: number): number {
  const all = subsets(set.length);
  for (let n = 0; n < contents; n++) {
    const content = contentFor(stream, set);
    for (const followed of all) {
      const text = render(content, set, followed);
      const verdicts = set.map((constraint) => followsConstraint(text, constraint));
      if (String(verdicts) !== String(followed)) expect(verdicts, text).toEqual(followed);
    }
  }
  return contents * all.length;
}

describe("a text follows exactly what it is told to follow", () => {
  const stream = RandomStream.of(7, "render test");
  const all = constraintVariants(stream);

  test("all pairs and triples of constraints that exclude nothing, every subset of each", () => {
    let sets = 0;
    let texts = 0;
    const check = (set: PocketConstraint[], contents: number): boolean => {
      if (!isAllowed(set)) return false;
      sets++;
      texts += checkSet(stream, set, contents);
      return true;
    };
    all.forEach((first, a) =>
      all.slice(0, a).forEach((second, b) => {
        if (!check([first, second], 6)) return;
        all.slice(0, b).forEach((third) => check([first, second, third], 3));
      }),
    );
    console.log(`${all.length} constraints: ${sets} pairs and triples, ${texts} texts`);
    expect(sets).toBeGreaterThan(1400);
  });

  test("thousands of drawn sets of four", () => {
    for (let sets = 0; sets < 3000;) {
      const set = drawSet(stream, 4);
      if (!isAllowed(set)) continue;
      checkSet(stream, set, 1);
      sets++;
    }
  });
});

test("however it is told, a text says the same", () => {
  const stream = RandomStream.of(8, "render test");
  for (let sets = 0; sets < 500;) {
    const set = drawSet(stream, 3);
    if (!isAllowed(set)) continue;
    sets++;
    const content = contentFor(stream, set);
    for (const followed of subsets(set.length)) {
      const text = render(content, set, followed);
      // Without what only marks up: asterisks, the placeholder, parts, and the case of the letters.
      const plain = text
        .toLowerCase()
        .replace(/\*| \[name\]|\n(?!-)|part \d/g, (mark) => (mark === "\n" ? " " : ""));
      expect(plain).toContain(`${content.topic.animal} ${content.verb} to the ${content.topic.place}`);
      const told = content.followUps.map((sentence) => plain.includes(sentence.toLowerCase()));
      expect(told.lastIndexOf(true), text).toBeLessThan(
        told.includes(false) ? told.indexOf(false) : told.length,
      );
    }
  }
});

test("no text follows a family that plain answers never follow, unless it is told to", () => {
  const stream = RandomStream.of(9, "render test");
  const unseen = constraintVariants(stream).filter(({ family }) =>
    (familyClasses.unseen as readonly string[]).includes(family),
  );
  expect(unseen).toHaveLength(5);
  for (let sets = 0; sets < 2000;) {
    const set = drawSet(stream, 3).filter(({ family }) => !unseen.some((other) => other.family === family));
    if (!isAllowed(set)) continue;
    sets++;
    const text = render(
      contentFor(stream, set),
      set,
      set.map(() => stream.chance(0.8)),
    );
    for (const constraint of unseen) expect(followsConstraint(text, constraint), text).toBe(false);
  }
});
