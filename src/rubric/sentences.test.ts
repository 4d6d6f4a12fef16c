import { expect, test } from "vitest";
import { countSentences } from "./sentences";

/** Each count is NLTK 3.8.1's, with its English model; see `tools/record_punkt.py`. */
test.each([
  [0, ""],
  [0, " \n "],
  [1, "no mark at all"],
  [1, "One. "],
  [2, "One. two"],
  [2, "Is it? Yes!"],
  [1, "a line\nand another\n\nand a third"],
  [2, 'He said "stop." Then he left.'],
  [1, '"One."'],
  [1, "(One.)\n"],
  [2, "*One.*"],
  [2, "One.** Two"],
  [1, 'One. \n"'],
  [1, "Dr. Smith left"],
  [1, "It costs 3.5 euros"],
  [2, "1. First"],
  [1, "page 3. of it"],
  [1, "wait... and go"],
  [1, "Wait... Then go."],
  [2, "Wait... It goes."],
  [3, "It was glad. P.S. it slept"],
])("%i in %j", (count, text) => {
  expect(countSentences(text)).toBe(count);
});
