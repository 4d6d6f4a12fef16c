import fc from "fast-check";
import { expect, test } from "vitest";
import { SpecialMatcher } from "./special_matcher";

const tokens = ["<a>", "<a>>", "<", "ab", "b<a", "🦊"];
const matcher = new SpecialMatcher(tokens.map((token, id) => [token, id]));

/** Leftmost, then longest, found by trying every token at every place. */
function bySearch(text: string) {
  const found = [];
  for (let start = 0; start < text.length;) {
    const here = tokens.filter((token) => text.startsWith(token, start)).sort((a, b) => b.length - a.length);
    if (here.length > 0) found.push({ start, end: start + here[0].length, id: tokens.indexOf(here[0]) });
    start += here[0]?.length ?? 1;
  }
  return found;
}

const texts = fc.array(fc.constantFrom("<", "a", ">", "b", "🦊", "\ud83e")).map((parts) => parts.join(""));

test("finds what a plain search finds: the first place first, the longest there", () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(matcher.find(text)).toEqual(bySearch(text));
    }),
  );
});

test("starts are all places where any token begins", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const expected = [...text.split("").keys()].filter((at) =>
        tokens.some((token) => text.startsWith(token, at)),
      );
      expect(matcher.starts(text)).toEqual(expected);
    }),
  );
});

test("a refused match makes way for shorter ones and for later ones", () => {
  const refuse = (refused: string) => matcher.find("b<a>>", ({ id }) => id !== tokens.indexOf(refused));
  expect(refuse("b<a")).toEqual([{ start: 1, end: 5, id: 1 }]);
  expect(matcher.find("<a>>", ({ id }) => id !== 1)).toEqual([{ start: 0, end: 3, id: 0 }]);
});

test("an empty token is never found", () => {
  expect(new SpecialMatcher([["", 0]]).find("abc")).toEqual([]);
});
