import {
  escapePattern,
  countMatches,
  isBlank,
  isSpace,
  spaceClass,
  strip,
  stripMark,
} from "../text/python_text";
import { count, defineVerifier, phrase } from "./verifier";

/*
 * IFEval's rules of format (Zhou et al., 2023, and its evaluation code). Where the published pattern takes quadratic
 * time on a hostile text, the same matches are found by a scan.
 */

/**
 * The number of matches of `^\s*BULLET.*$` under Python's MULTILINE, where `\s*` may run over blank lines. `bulletEnd`
 * gives the end of the bullet's own characters at an index, or -1. All line starts within one run of white space lead
 * to the same first character, so that a run that fails is left behind whole.
 */
function countBulletLines(text: string, bulletEnd: (at: number) => number): number {
  let found = 0;
  let lineStart = 0;
  while (lineStart < text.length) {
    let at = lineStart;
    while (at < text.length && isSpace(text[at])) at++;
    const end = bulletEnd(at);
    if (end >= 0) found++;
    const lineEnd = text.indexOf("\n", end >= 0 ? end : at);
    if (lineEnd < 0) break;
    // A match that ends just after a line end ("*\n" before an empty line) leaves the next line start where it ends.
    lineStart = lineEnd === end && text[end - 1] === "\n" ? end : lineEnd + 1;
  }
  return found;
}

/** Exactly so many bullet lines: `*` with another character than `*` after it, or `-` with anything after it. */
const numberBulletLists = defineVerifier({
  id: "detectable_format:number_bullet_lists",
  kwargs: { num_bullets: count },
  describe: (kwargs) => `The response has exactly ${kwargs.num_bullets} bullet points, each on its own line.`,
  follows(response, { num_bullets }) {
    // The character after "*" may be a line end, which then belongs to the match: "*\nnext" is one bullet.
    const stars = countBulletLines(response, (at) =>
      response[at] === "*" && at + 1 < response.length && response[at + 1] !== "*" ? at + 2 : -1,
    );
    const dashes = countBulletLines(response, (at) => (response[at] === "-" ? at + 1 : -1));
    return stars + dashes === num_bullets;
  },
});

/** Some `<<…>>` within one line holds more than white space and angle brackets. */
const title = defineVerifier({
  id: "detectable_format:title",
  kwargs: {},
  describe: () => "The response has a title in double angular brackets, such as <<title>>.",
  follows: (response) =>
    response.split("\n").some((line) => {
      // The published pattern is greedy: from the first << to the last >> with a character between.
      const open = line.indexOf("<<");
      const close = line.lastIndexOf(">>");
      if (open < 0 || close < open + 3) return false;
      return !isBlank(
        line
          .slice(open, close)
          .replace(/^<+/, "")
          .replace(/(?<!>)>+$/, ""),
      );
    }),
});

/** At least so many non-blank `*…*` or `**…**` within one line each; every `**…**` counts through the second pattern. */
const numberHighlightedSections = defineVerifier({
  id: "detectable_format:number_highlighted_sections",
  kwargs: { num_highlights: count },
  describe: (kwargs) =>
    `The response highlights at least ${kwargs.num_highlights} sections in markdown, such as *this one*.`,
  follows(response, { num_highlights }) {
    let found = 0;
    for (const [match] of response.matchAll(/\*[^\n*]*\*/g)) if (!isBlank(stripMark(match, "*"))) found++;
    for (const [match] of response.matchAll(/\*\*[^\n*]*\*\*/g)) if (!isBlank(match.slice(2, -2))) found++;
    return found >= num_highlights;
  },
});

/** At least so many of the splitter (case matters) followed by a number. */
const multipleSections = defineVerifier({
  id: "detectable_format:multiple_sections",
  kwargs: { section_spliter: phrase, num_sections: count },
  describe: (kwargs) =>
    `The response has at least ${kwargs.num_sections} sections, marked ${kwargs.section_spliter} 1 and so on.`,
  follows(response, { section_spliter, num_sections }) {
    const splitter = escapePattern(strip(section_spliter));
    const pattern = new RegExp(`[${spaceClass}]?${splitter}[${spaceClass}]?\\p{Nd}+[${spaceClass}]?`, "gu");
    return countMatches(response, pattern) >= num_sections;
  },
});

const answers = ["My answer is yes.", "My answer is no.", "My answer is maybe."];

/** One of the three answers occurs, as written here. */
const constrainedResponse = defineVerifier({
  id: "detectable_format:constrained_response",
  kwargs: {},
  describe: () => `The response contains one of ${answers.map((answer) => `"${answer}"`).join(", ")}.`,
  follows: (response) => answers.some((answer) => response.includes(answer)),
});

export const formatVerifiers = [
  numberBulletLists,
  title,
  numberHighlightedSections,
  multipleSections,
  constrainedResponse,
];
