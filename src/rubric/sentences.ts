import { spaceClass } from "./text/python_text";

/**
 * Counting sentences after Punkt (Kiss & Strunk, "Unsupervised Multilingual Sentence Boundary Detection", 2006), as
 * NLTK's English tokenizer applies it and IFEval's `length_constraints:number_sentences` counts.
 *
 * The rule. A text is cut into words at white space. In each word the last of `. ? !` that stands before one of
 * `) " ; } ] * : @ ' ( { [ ! ?`, or at the word's end with another word after it, may end a sentence:
 *
 * - `?` and `!` do, and so does a full stop after anything that is not named below;
 * - a full stop after an abbreviation or a single letter does when the next word is a usual beginning of sentences;
 * - a full stop after a number does unless the next word begins in lower case;
 * - a row of full stops does when the next word begins with a capital.
 *
 * Closing quotation marks and brackets after the mark belong to the sentence that it ends, and a line end alone ends
 * nothing. NLTK decides the last three cases by a trained list of 156 abbreviations, 37 collocations and the cases in
 * which it saw 20,366 words; the short lists below stand for it.
 *
 * Equal to NLTK on the pocket world. What stands before a full stop in a pocket answer is a lexicon word of three or
 * more letters, "P.S." or nothing but a mark (`*`, `]`). No lexicon word is one of the 156 abbreviations, the first
 * half of a collocation, a single letter or a number, in any case (a test compares the lists), and neither is "p.s";
 * so both rules take every full stop that another word or a closing mark follows as an end, whatever comes next. The
 * fixture `fixtures/pocket_sentences.json`, made by `tools/record_punkt.py` with NLTK's own tokenizer, shows it on
 * the grammar's texts in every rendering.
 */
export function countSentences(text: string): number {
  let sentences = 0;
  let previous: string | null = null;
  for (const [word] of text.matchAll(words)) {
    if (previous === null || endsSentence(previous, word)) sentences++;
    previous = word;
  }
  if (previous !== null && endsSentence(previous, null)) sentences++;
  return sentences;
}

const words = new RegExp(`[^${spaceClass}]+`, "g");

/** Whether a sentence ends in this word and another begins, in it or with the next word. */
function endsSentence(word: string, next: string | null): boolean {
  const mark = lastMark(word, next !== null);
  if (mark < 0) return false;
  const rest = word.slice(mark + 1);
  // Closing marks at the very end of the text open no sentence of their own.
  if (next === null && /^["')\]}]*$/.test(rest)) return false;
  return word[mark] !== "." || fullStopEnds(word.slice(0, mark), rest === "" ? next! : rest);
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
  if (before.endsWith(".")) return /^\p{Lu}/u.test(next);
  const type = before.slice(tokenStart(before)).toLowerCase();
  if (/^-?[.,]?\d[\d,.-]*$/.test(type)) return !/^\p{Ll}/u.test(next);
  if (/^\p{L}$/u.test(type) || abbreviations.has(type))
    return usualBeginnings.has(next.replace(/[^\p{L}]+$/u, ""));
  return true;
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

/** Words that, with a capital, nearly always begin a sentence. */
const usualBeginnings = list(
  "The This These That There They He She It In If I But And So However When While Although Since Some Many Both Our " +
    "We You Your My As At On For To",
);
