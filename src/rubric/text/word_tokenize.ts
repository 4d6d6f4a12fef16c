import { splitSentences } from "../sentences";
import { isSpace, wordClass } from "./python_text";
import { splitSpace } from "./python_words";

/**
 * The tokens of a text, as NLTK 3.8.1's `word_tokenize` finds them: each sentence on its own, by the rules of the Penn
 * Treebank with NLTK's additions (`NLTKWordTokenizer`). Marks and clitics become tokens ("do", "n't"), a full stop only
 * at a sentence's end, and straight double quotes turn into `` and ''.
 */
export function wordTokenize(text: string): string[] {
  // All sentences go through each rule at once, which matters for a text of very many: no rule looks across the boundary.
  let sentences = apply(splitSentences(text).join(boundary), openingQuotes);
  sentences = eachSentence(sentences, (sentence) => splitLastStop(sentence, `])}>"'»”’ `, " "));
  sentences = apply(sentences, marks);
  sentences = eachSentence(sentences, (sentence) => splitLastStop(sentence, `])}>"'`, ""));
  return splitSpace(apply(sentences, restOfRules).replaceAll(boundary, " "));
}

/** A code point that stands for no character, and in no text. */
const boundary = "\ufdd0";

const eachSentence = (sentences: string, change: (sentence: string) => string): string =>
  sentences.split(boundary).map(change).join(boundary);

type Step = readonly [pattern: RegExp, replacement: string];

const openingQuotes: readonly Step[] = [
  [/[«“‘„]|`+/g, " $& "],
  [new RegExp(`(^|${boundary})"`, "g"), "$1``"],
  [/``/g, " `` "],
  [/([ ([{<])(?:"|'')/g, "$1 `` "],
  [new RegExp(`'(?!re|ve|ll|[mtsſdn])([${wordClass}])(?![${wordClass}])`, "giu"), "' $1"],
];

const marks: readonly Step[] = [
  [/([:,])(\P{Nd})/gu, " $1 $2"],
  [/[:,]$/, " $& "],
  [/\.{2,}/g, " $& "],
  [/[;@#$%&]/g, " $& "],
];

const lateMarks: readonly Step[] = [
  [/[?!]/g, " $& "],
  [/([^'])' /gu, "$1 ' "],
  [/\*/g, " * "],
  [/[\][(){}<>]/g, " $& "],
  [/--/g, " -- "],
  [new RegExp(`^|$|${boundary}`, "g"), " $& "],
];

const closingQuotes: readonly Step[] = [
  [/[»”’]/g, " $& "],
  [/''/g, " '' "],
  [/"/g, " '' "],
  [/([^' ])('[sS]|'[mM]|'[dD]|') /gu, "$1 $2 "],
  [/([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) /gu, "$1 $2 "],
];

const contraction = (first: string, second: string, after = `(?![${wordClass}])`): Step => [
  new RegExp(`(?<![${wordClass}])(${first})(${second})${after}`, "giu"),
  " $1 $2 ",
];

const contractions: readonly Step[] = [
  contraction("can", "not"),
  contraction("d", "'ye"),
  contraction("gim", "me"),
  contraction("gon", "na"),
  contraction("got", "ta"),
  contraction("lem", "me"),
  contraction("more", "'n"),
  contraction("wan", "na", "(?=\\s)"),
  [new RegExp(` ('t)(is)(?![${wordClass}])`, "giu"), " $1 $2 "],
  [new RegExp(` ('t)(was)(?![${wordClass}])`, "giu"), " $1 $2 "],
];

const apply = (text: string, steps: readonly Step[]): string =>
  steps.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);

const restOfRules: readonly Step[] = [...lateMarks, ...closingQuotes, ...contractions];

/**
 * The text with a space before a full stop that only `closing` marks and white space follow, and `between` after it.
 * NLTK's pattern `([^.])(\.)([closing]*)\s*$` takes quadratic time on a run of spaces; this finds its only match.
 */
function splitLastStop(text: string, closing: string, between: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1])) end--;
  let stop = end;
  while (stop > 0 && closing.includes(text[stop - 1])) stop--;
  if (stop < 2 || text[stop - 1] !== "." || text[stop - 2] === ".") return text;
  let after = stop;
  while (after < text.length && closing.includes(text[after])) after++;
  return `${text.slice(0, stop - 1)} .${between}${text.slice(stop, after)} `;
}
