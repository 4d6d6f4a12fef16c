import { spaceClass } from "./text/python_text";

/**
 * The number of sentences of a text, after Punkt (Kiss & Strunk, "Unsupervised Multilingual Sentence Boundary
 * Detection", 2006) as NLTK's English tokenizer applies it and IFEval's `length_constraints:number_sentences` counts.
 *
 * The rule. A text is cut into words at white space. In each word the last of `. ? !` that stands before one of
 * `) " ; } ] * : @ ' ( { [ ! ?`, or at the word's end with another word after it, may end a sentence:
 *
 * - `?` and `!` do, and so does a full stop after anything that is not named below;
 * - a full stop after a number does unless the next word begins in lower case;
 * - a full stop after an abbreviation, a single letter or another full stop does when the next word is one that
 *   usually begins sentences.
 *
 * Closing quotation marks and brackets after the mark belong to the sentence that it ends, and a line end alone ends
 * nothing. NLTK decides the last two cases by a trained list of abbreviations and collocations and by the cases in
 * which it saw words; the short lists below stand for it.
 *
 * Equal to NLTK on the pocket world. In a pocket answer a full stop stands after a lexicon word of three or more
 * letters, after "P.S" or after a highlight's asterisk. None of these is one of NLTK's abbreviations, the first half
 * of a collocation, a single letter, a number or a full stop; so both rules take every full stop for an end that has
 * something else than closing marks after it, whatever that is. `pocket/fixtures/pocket_sentences.json`, recorded
 * with NLTK's own tokenizer by `tools/record_punkt.py`, shows it on texts of every rendering. On what a model may
 * write besides, this rule is the definition.
 */
export function countSentences(text: string): number {
  const all = text.match(words) ?? [];
  return all.reduce(
    (count, _, index) => (endsSentence(all, index) ? count + 1 : count),
    Math.min(all.length, 1),
  );
}

const words = new RegExp(`[^${spaceClass}]+`, "g");
const closingMarks = /^["')\]}]+$/;

/** Whether a sentence ends in the word at `index` and another one begins, in the same word or after it. */
function endsSentence(all: readonly string[], index: number): boolean {
  const word = all[index];
  const mark = lastMark(word, index + 1 < all.length);
  if (mark < 0) return false;
  const remaining = [word.slice(mark + 1), ...all.slice(index + 1, index + 3)].filter((text) => text !== "");
  // Closing marks belong to the sentence that ends; what comes after them is the next one.
  if (remaining.length === 1 && closingMarks.test(remaining[0])) return false;
  return word[mark] !== "." || fullStopEnds(word.slice(0, mark), remaining[0]);
}

const nonWord = new Set(`)";}]*:@'({[!?`);

/** The index of the last mark of the word that may end a sentence, or -1. */
function lastMark(word: string, wordFollows: boolean): number {
  for (let at = word.length - 1; at >= 0; at--) {
    const isMark = word[at] === "." || word[at] === "?" || word[at] === "!";
    if (isMark && (at + 1 < word.length ? nonWord.has(word[at + 1]) : wordFollows)) return at;
  }
  return -1;
}

function fullStopEnds(before: string, next: string): boolean {
  const type = before.slice(tokenStart(before)).toLowerCase();
  if (/^-?[.,]?\d[\d,.-]*$/.test(type)) return !/^\p{Ll}/u.test(next);
  const isOrdinary = !before.endsWith(".") && !/^\p{L}$/u.test(type) && !abbreviations.has(type);
  return isOrdinary || usualBeginnings.has(/^\p{L}*/u.exec(next)![0]);
}

/** Where the last token of a word begins: after the last character that no token goes across. */
function tokenStart(before: string): number {
  let start = before.length;
  while (start > 0 && !nonWord.has(before[start - 1]) && !"`&#,".includes(before[start - 1])) start--;
  return start;
}

const list = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Common abbreviations of English prose, lower case, without the final full stop. */
const abbreviations = list(
  "mr mrs ms dr prof gen rep sen lt col maj adm jr sr st ave ft co corp inc ltd bros vs jan feb aug sep sept oct nov " +
    "dec a.m p.m u.s u.k u.n u.s.a d.c n.y ph.d m.b.a calif mich tenn wash conn",
);

/** Words that, with a capital, NLTK takes for the beginning of a sentence in any case. */
const usualBeginnings = list(
  "The This These There They He It In If I But So However When While Although Since Some Many Both Your Please Here " +
    "Even Her",
);
