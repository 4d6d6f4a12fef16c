import { isLower, isUpper, spaceClass } from "./python_text";

/**
 * Whether a sentence ends somewhere in a short context, as Punkt decides it (Kiss & Strunk, "Unsupervised Multilingual
 * Sentence Boundary Detection", 2006; NLTK 3.8.1, `text_contains_sentbreak`). The algorithm is NLTK's; its trained
 * model is not part of this project, and the lists below stand for it.
 */

const nonWord = `[)";}\\]*:@'({\\[!?]`;
const runOfMarks = `(?:-{2,}|\\.{2,}|(?:\\.[${spaceClass}]){2,}\\.)`;
const wordEnd = `(?:[${spaceClass}]|$|${nonWord}|${runOfMarks})`;
/** A run of dashes or stops, a word with the full stops in and after it, or any other single character. */
const tokenPattern = new RegExp(
  `${runOfMarks}|(?=[^("\`{[:;&#*@)}\\]\\-,])[^${spaceClass}]+?(?=${wordEnd}|,${wordEnd})|[^${spaceClass}]`,
  "gu",
);

interface Token {
  readonly text: string;
  /** In lower case, a number as `##number##`, without the full stop that ends a sentence. */
  readonly type: string;
  readonly isAbbreviation: boolean;
  readonly isEllipsis: boolean;
  readonly ends: boolean;
}

const number = /^-?[.,]?\p{Nd}[\p{Nd},.-]*$/u;

/** First pass: a token's own look decides. */
function readToken(text: string): Token {
  const isEllipsis = /^\.\.+$/.test(text);
  const hasStop = text.endsWith(".") && text.length > 1 && !text.endsWith("..");
  const bare = hasStop ? text.slice(0, -1).toLowerCase() : "";
  const isAbbreviation =
    hasStop && (abbreviations.has(bare) || abbreviations.has(bare.slice(bare.lastIndexOf("-") + 1)));
  const ends = text === "." || text === "?" || text === "!" || (hasStop && !isAbbreviation);
  const type = number.test(text) ? "##number##" : text.toLowerCase();
  return { text, type: ends && hasStop ? withoutStop(type) : type, isAbbreviation, isEllipsis, ends };
}

const withoutStop = (type: string): string =>
  type.length > 1 && type.endsWith(".") ? type.slice(0, -1) : type;

/** Whether a sentence ends in `context` before its last token. */
export function containsSentenceEnd(context: string): boolean {
  const tokens = (context.match(tokenPattern) ?? []).map(readToken);
  return tokens.some((token, index) => index + 1 < tokens.length && endsBefore(token, tokens[index + 1]));
}

const initial = /^[\p{L}\p{Nl}\p{No}_]\.$/u;

/** Second pass: a word with a full stop is looked at together with the token after it. */
function endsBefore(token: Token, next: Token): boolean {
  if (!token.text.endsWith(".")) return token.ends;
  const type = withoutStop(token.type);
  const isInitial = initial.test(token.text);
  if (type === "##number##" && afterNumber.has(next.type)) return false;
  if ((token.isAbbreviation || token.isEllipsis) && !isInitial) {
    return beginsSentence(next) === true || (isCapitalised(next) && frequentStarters.has(next.type));
  }
  if (!isInitial && type !== "##number##") return token.ends;
  const begins = beginsSentence(next);
  if (begins === false) return false;
  // A capital after a single letter is a name ("J. Bach") unless the word is known in lower case.
  if (begins === "unknown" && isInitial && isCapitalised(next) && !isKnownWord(next)) return false;
  return token.ends;
}

const firstCharacter = ({ text }: Token): string => String.fromCodePoint(text.codePointAt(0)!);
const isCapitalised = (token: Token): boolean => isUpper(firstCharacter(token));
/** Whether English prose writes the word in lower case too, as far as a short list and common endings tell. */
const isKnownWord = ({ type }: Token): boolean =>
  usualBeginnings.has(type) ||
  functionWords.has(type) ||
  frequentStarters.has(type) ||
  commonEnding.test(type);

const commonEnding = /..(?:ing|ed|ion|ment|ness|ity|ive|al|ous|able|ly|ence|ance|ic|ure|ism|or|er)s?$/;

/**
 * Whether the word's spelling shows that it begins a sentence. NLTK knows in which cases it saw a word; here the
 * words that it saw in lower case and never with a capital inside a sentence are a list of frequent ones.
 */
function beginsSentence(token: Token): boolean | "unknown" {
  if (/^[;:,.!?]$/.test(token.text)) return false;
  if (isCapitalised(token) && usualBeginnings.has(token.type)) return true;
  return isLower(firstCharacter(token)) ? false : "unknown";
}

const list = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/**
 * Abbreviations of English prose, lower case, without the final full stop: NLTK's, of which most pairs of letters are
 * initials of names. The single letters among them never end a sentence.
 */
const abbreviations = list(
  "mr mrs ms dr prof gen rep reps sen lt col maj adm messrs jr sr st ave ft mg yr vs co cos corp inc ltd bros cie a.m " +
    "p.m u.s u.k u.n u.s.a d.c n.y l.a ph.d m.b.a jan feb aug sep sept oct nov dec tues wed fri ariz calif colo conn " +
    "fla ga ill kan ky mich minn n.c n.h n.j nev okla ok ore pa r.i s.c tenn va vt w.va wash wis " +
    "c d e f g h k l m n p r s t v w a.a a.c a.d a.g a.h a.s a.t b.f b.v c.v d.h d.w e.f e.h e.l e.m f.g f.j g.d g.f " +
    "g.k h.c h.f h.m j.b j.c j.j j.k j.p j.r l.f l.p m.j n.d n.m n.v r.a r.h r.j r.k r.t s.a s.g s.s t.j w.c w.r w.w",
);

/** Words that begin sentences far more often than chance has it: after an abbreviation a capital is enough. */
const frequentStarters = list(
  "according although among both but despite even he however i if in indeed instead it many meanwhile moreover most " +
    "nevertheless nonetheless nor sales separately similarly since so some the there these they this though thus " +
    "under when while yet",
);

/** Words that belong to a number with a full stop before them, in the newspaper from which NLTK's model was learned. */
const afterNumber = list(
  "abreast business commodities corrections credit dividend financing insider international leisure letters notable " +
    "pepper review who",
);

/** Frequent words that NLTK's model knows with a capital at the beginning of a sentence only. */
const usualBeginnings = list(
  "so your here her please thank without whether step certainly therefore conclusion section imagine explore include " +
    "moreover instead create remember through overall yet thus explain furthermore finally example which develop put " +
    "together provide ultimately consider throughout yes true understand absolutely enjoy follow ensure upon try " +
    "suddenly choose such does regardless question sentence spread",
);

/** Frequent words that it knows with a capital inside a sentence as well, in titles. */
const functionWords = list(
  "a an and are as at after all also another any at be been before best by can could do each end find first for from " +
    "give good has have his how is its join just let look main make my name next no not now on once one only or our " +
    "part people perhaps she start take that their then to today two use was we well were what where who why will " +
    "with write you",
);
