import { splitSentences } from "../../sentences";
import { isBlank, strip } from "../../text/python_text";
import { splitSpace, withoutPunctuation } from "../../text/python_words";
import { defineVerifier, phrase } from "../verifier";

/* IFBench's rules of layout (Pyatkin et al., "Generalizing Verifiable Instruction Following", 2025, and its evaluation
   code at commit db69a6f). */

/** Without punctuation there are as many lines that are not empty as words between white space. */
const newline = defineVerifier({
  id: "format:newline",
  kwargs: {},
  describe: () => "The response has each word on a line of its own.",
  follows(response) {
    const text = strip(withoutPunctuation(response));
    return text.split("\n").filter(Boolean).length === splitSpace(text).length;
  },
});

/**
 * The lines on which the indentation is compared. The published code removes blank lines from the list that it goes
 * through: the line after a removed one is passed over, and of equal blank lines the first one goes.
 */
function comparedLines(lines: readonly string[]): string[] {
  const kept: (string | null)[] = [...lines];
  /** For each blank text the places where it still stands, and how many of them have been removed. */
  const blanks = new Map<string, { at: number[]; removed: number }>();
  let isPassedOver = false;
  lines.forEach((line, index) => {
    if (isBlank(line)) {
      const found = blanks.get(line) ?? { at: [], removed: 0 };
      found.at.push(index);
      blanks.set(line, found);
      if (!isPassedOver) kept[found.at[found.removed++]] = null;
      isPassedOver = !isPassedOver;
    } else {
      isPassedOver = false;
    }
  });
  return kept.filter((line) => line !== null);
}

/** Each line, blank ones for the most part left out, begins with more spaces than the one before. */
const lineIndent = defineVerifier({
  id: "format:line_indent",
  kwargs: {},
  describe: () => "The response indents each line more than the one before, like stairs.",
  follows(response) {
    const indents = comparedLines(response.split("\n")).map((line) => /^ */.exec(line)![0].length);
    return indents.every((indent, index) => index === 0 || indent > indents[index - 1]);
  },
});

/** The marker occurs at least twice, at any place. */
const list = defineVerifier({
  id: "format:list",
  kwargs: { sep: phrase },
  describe: ({ sep }) => `The response is a list that uses ${sep} instead of bullet points.`,
  follows: (response, { sep }) => response.split(sep).length > 2,
});

/** From the first `<i>`, else the first `<em>`, to the next closing tag there is text, and some text follows. */
const thesis = defineVerifier({
  id: "format:thesis",
  kwargs: {},
  describe: () => "The response starts each section with a thesis statement in HTML italics.",
  follows(response) {
    const start = firstOf(response, "<i>", "<em>");
    if (start < 0) return false;
    const text = response.slice(start);
    const end = firstOf(text, "</i>", "</em>");
    // As published, both tags are taken to be as long as <i>: the ">" of <em> counts as text.
    return end >= 0 && !isBlank(text.slice(3, end)) && !isBlank(text.slice(end + 4));
  },
});

/** Where the first tag is; where there is none, where the second is. */
function firstOf(text: string, first: string, second: string): number {
  const at = text.indexOf(first);
  return at >= 0 ? at : text.indexOf(second);
}

/** A `-` follows every `*` before the next one. A response without any `*` passes. */
const subBullets = defineVerifier({
  id: "format:sub-bullets",
  kwargs: {},
  describe: () => "The response has bullet points with *, and below each at least one sub-bullet with -.",
  follows: (response) =>
    response
      .split("*")
      .slice(1)
      .every((piece) => piece.includes("-")),
});

/**
 * First lines with two sentences or more, then at least two lines that start with `*`, and nothing after them, blank
 * lines neither. Only bullets may follow a blank line.
 */
const noBulletsBullets = defineVerifier({
  id: "format:no_bullets_bullets",
  kwargs: {},
  describe: () => "The response has at least two sentences and then at least two bullet points with *.",
  follows(response) {
    let sentences = 0;
    let bullets = 0;
    let isProse = true;
    for (const line of response.split("\n").map(strip)) {
      if (line.startsWith("*")) {
        if (sentences < 2) return false;
        isProse = false;
        bullets++;
      } else if (isProse) {
        const found = splitSentences(line).length;
        sentences += found;
        isProse = found > 0;
      } else {
        return false;
      }
    }
    return bullets >= 2;
  },
});

export const layoutVerifiers = [newline, lineIndent, list, thesis, subBullets, noBulletsBullets];
