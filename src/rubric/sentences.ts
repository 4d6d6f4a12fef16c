import { containsSentenceEnd } from "./text/punkt";
import { isSpace, spaceClass } from "./text/python_text";

/**
 * The sentences of a text, after Punkt (Kiss & Strunk, "Unsupervised Multilingual Sentence Boundary Detection", 2006)
 * as NLTK 3.8.1's `sent_tokenize` applies it to English: IFEval counts them, IFBench looks into them.
 *
 * A mark of `. ? !` may end a sentence where one of `) " ; } ] * : @ ' ( { [ ! ?` follows it, or white space and
 * another word; of several such marks in one word only the last is asked. Its word and what follows decide
 * (`text/punkt.ts`): `?` and `!` end a sentence, a full stop does unless it belongs to an abbreviation, a number or a
 * single letter that goes on. Closing quotation marks and brackets after the mark belong to the sentence that it ends,
 * and a line end alone ends nothing. White space before the first sentence stays with it.
 *
 * Equal to NLTK on the pocket world, see `pocket/fixtures/pocket_sentences.json`, recorded with NLTK's own tokenizer
 * by `tools/record_punkt.py`: there a full stop stands after a lexicon word of three or more letters, after "P.S" or
 * after a highlight's asterisk, none of which either rule treats as special.
 */
export function splitSentences(text: string): string[] {
  const sentences: string[] = [];
  const pieces = [...piecesOf(text)];
  const startsClosed = (at: number): boolean => `"')]}`.includes(text[at]);
  let moved = 0;
  pieces.forEach(([start, end], index) => {
    const from = start + moved;
    const next = index + 1 < pieces.length ? pieces[index + 1] : undefined;
    const marks = next !== undefined && startsClosed(next[0]) ? closingMarks.exec(text.slice(...next)) : null;
    moved = marks === null ? 0 : marks[0].length;
    const to = marks === null ? end : next![0] + marks[1].length;
    if (to > from) sentences.push(text.slice(from, to));
  });
  return sentences;
}

/** The number of sentences, as `splitSentences` finds them. */
export const countSentences = (text: string): number => splitSentences(text).length;

/** Closing marks at a piece's beginning, before white space, a dash or a line end, with the white space after them. */
const closingMarks = new RegExp(`^(["')\\]}]+?)(?:[${spaceClass}]+|(?=--)|(?=\\n|$))`);

/** The text between the marks that end sentences, as [start, end): each ends with its mark. */
function* piecesOf(text: string): Generator<[start: number, end: number]> {
  let start = 0;
  for (const { mark, next, context } of candidates(text)) {
    // A question or exclamation mark in such a place always ends a sentence.
    if (text[mark] === "." && !containsSentenceEnd(context)) continue;
    yield [start, mark + 1];
    start = next;
  }
  let end = text.length;
  while (end > start && isSpace(text[end - 1])) end--;
  yield [start, end];
}

interface Candidate {
  /** Where the mark is, and where the next sentence begins if one ends here. */
  readonly mark: number;
  readonly next: number;
  /** The mark with the word before it and what follows. */
  readonly context: string;
}

const potentialEnd = new RegExp(
  `[.?!](?=([)";}\\]*:@'({\\[!?]|[${spaceClass}]+(?=[^${spaceClass}])([^${spaceClass}]+)))`,
  "g",
);

/**
 * The last potential end in each word, and a mark that a word begins with. As in NLTK, the beginning of a word is looked
 * for from the mark before it, in ASCII white space.
 */
function* candidates(text: string): Generator<Candidate> {
  let last: Candidate | null = null;
  let wordStart = 0;
  let mark = 0;
  for (const match of text.matchAll(potentialEnd)) {
    let space = match.index - 1;
    while (space > mark && !/[ \t\n\r\v\f]/.test(text[space])) space--;
    if (space > mark) wordStart = space + 1;
    if (last !== null && mark <= wordStart) yield last;
    mark = match.index;
    const [, following, nextWord] = match;
    const next = mark + 1 + (nextWord === undefined ? 0 : following.length - nextWord.length);
    last = { mark, next, context: text.slice(wordStart, mark + 1) + following };
  }
  if (last !== null) yield last;
}
