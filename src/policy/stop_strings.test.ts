import { expect, test } from "vitest";
import { beforeStop, stopStrings } from "./stop_strings";

/** Two letters a token. */
const tokenizer = {
  decode: (ids: readonly number[]) => ids.map((id) => "ab;cd\n;e".slice(2 * id, 2 * id + 2)).join(""),
};

test("a stop string is found across tokens, and not before it is whole", () => {
  const isStopped = stopStrings(tokenizer, ["b;c", ""])!;
  expect(isStopped([0])).toBe(false);
  expect(isStopped([0, 1])).toBe(true);
  expect(isStopped([1, 0])).toBe(false);
});

test("without strings nothing is looked at", () => {
  expect(stopStrings(tokenizer, [])).toBeUndefined();
  expect(stopStrings(tokenizer, [""])).toBeUndefined();
});

test("the text ends before whichever comes first", () => {
  expect(beforeStop("one. two! three.", ["!", "."])).toBe("one");
  expect(beforeStop("one", ["."])).toBe("one");
});
