import * as z from "../../../zod";
import { strip } from "../../text/python_text";
import { defineVerifier } from "../verifier";
import { splitSentences } from "../../sentences";
import { punctuation as asciiMarks } from "../../text/python_words";
import { family } from "./family";
import { linesOf } from "./text";

const named: readonly [RegExp, string][] = [
  [/\bperiods?\b|\bfull stops?\b/, "."],
  [/\bquestion marks?\b/, "?"],
  [/\bexclamation marks?\b|\bexclamation points?\b/, "!"],
  [/\bsemicolons?\b/, ";"],
];

const parts = z.enum(["response", "sentence", "line", "cell", "bullet"]);
type Part = z.infer<typeof parts>;

/**
 * The mark at the end of the response, or of each sentence, line, table cell or bullet point (Ye et al., 2025, and
 * its evaluation code). White space at either end does not count.
 */
export const contentPunctuation = family(
  defineVerifier({
    id: "muldimif:content_punctuation",
    decidesBlank: true,
    kwargs: {
      /** The marks of which one must stand at the end; none of them may, if `forbidden`. */
      marks: z.optional(z.string().check(z.minLength(1))),
      forbidden: z.optional(z.literal(true)),
      part: z.optional(parts),
      /** What must follow the mark at once. */
      suffix: z.optional(z.string().check(z.minLength(1))),
    },
    describe: ({ marks = "", forbidden, part = "response", suffix = "" }) =>
      `${part === "response" ? "The response" : `Each ${part}`} ${forbidden ? "does not end" : "ends"} with ` +
      `${marks === asciiMarks ? "a punctuation mark" : `one of ${marks}`}${suffix}.`,
    follows(response, { marks = "", forbidden = false, part = "response", suffix = "" }) {
      const ends = (text: string): boolean =>
        [...marks].some((mark) => text.endsWith(mark + suffix)) !== forbidden && (forbidden || text !== "");
      return partsOf(strip(response), part).every(ends);
    },
  }),
  (constraint) => {
    const text = constraint.toLowerCase();
    const marks = named.filter(([name]) => name.test(text)).map(([, mark]) => mark);
    if (marks.length === 0 && !/\bpunctuation marks?\b/.test(text)) return {};
    return {
      marks: marks.length > 0 ? marks.join("") : asciiMarks,
      forbidden: /\b(?:must not|avoid|exclude|not end with|do not use)\b/.test(text) ? true : undefined,
      part: partNamed(text),
      suffix: /followed by an? `([^`]+)`/.exec(constraint)?.[1],
    };
  },
);

function partNamed(text: string): Part | undefined {
  if (/bullet point/.test(text)) return "bullet";
  if (/\btable|\bcells?\b/.test(text)) return "cell";
  if (/paragraph|section/.test(text)) return "line";
  return /\b(?:each|every|any|all)\b/.test(text) ? "sentence" : undefined;
}

function partsOf(text: string, part: Part): string[] {
  switch (part) {
    case "response":
      return [text];
    case "sentence":
      return splitSentences(text);
    case "line":
      return linesOf(text);
    case "bullet":
      return linesOf(text).filter((line) => /^[-*•]\s/.test(line));
    case "cell": {
      const rows = text.split("\n");
      const cells = (rows.length > 1 ? rows.slice(2) : rows).flatMap((row) => row.split("|").map(strip));
      return cells.filter((cell) => cell !== "" && !/^-+$/.test(cell));
    }
  }
}
