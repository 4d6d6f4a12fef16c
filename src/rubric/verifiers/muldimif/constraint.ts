import type { Kwargs, Verifier } from "../verifier";
import { languageChinese } from "./chinese";
import { languageEnglish } from "./english";
import type { Family } from "./family";
import { contentIdentifiers } from "./identifiers";
import { formatJson } from "./json";
import { contentKeywords } from "./keywords";
import { lengthFamilies } from "./length";
import { formatMarkdown } from "./markdown";
import { formatOthers } from "./others";
import { contentPunctuation } from "./punctuation";
import { formatTable } from "./table";

const { lengthWords, lengthSentences, lengthParagraphs } = lengthFamilies;

/**
 * The families of MulDimIF (Ye et al., 2025) by the labels of its records, first and second level, in lower case. A
 * second label may go on after a colon ("Words: At most"), which says nothing that the text does not.
 */
const families: Readonly<Record<string, Family>> = {
  "content keywords": contentKeywords,
  "content mention": contentIdentifiers,
  "content identifiers": contentIdentifiers,
  "content quotes": contentIdentifiers,
  "content sources": contentIdentifiers,
  "content length": contentIdentifiers,
  "citations in-text": contentIdentifiers,
  "content punctuation": contentPunctuation,
  "punctuation ending punctuation": contentPunctuation,
  "length words": lengthWords,
  "words at most": lengthWords,
  "format word count": lengthWords,
  "length sentences": lengthSentences,
  "sentences at most": lengthSentences,
  "sentences at least": lengthSentences,
  "length paragraphs": lengthParagraphs,
  "paragraphs at most": lengthParagraphs,
  "format markdown": formatMarkdown,
  "markdown heading levels": formatMarkdown,
  "markdown block quotes": formatMarkdown,
  "format table": formatTable,
  "table row limit": formatTable,
  "table column limit": formatTable,
  "format json": formatJson,
  "json object nesting levels": formatJson,
  "json number of attributes": formatJson,
  "format markdown: block quotes": formatOthers,
  "format text": formatOthers,
  "format xml": formatOthers,
  "xml number of attributes": formatOthers,
  "references format": formatOthers,
  "format bullet points": formatOthers,
  "format blurb": formatOthers,
  "format length": formatOthers,
  "table table": formatOthers,
  "language english": languageEnglish,
  "language chinese": languageChinese,
};

/*
 * Where we differ from the published code, which parses a constraint each time it checks a response. It meets all of
 * its own 821 unit cases, and so do we. Beyond them its parser misreads what ours is meant to read:
 *
 * - "all", "any" and "each" count as words only; there "Finally" and "Additionally" ask for each sentence's mark.
 * - "Any table …" allows a response without a table, as "if you use a table …" does.
 * - "If any JSON is given, limit it to two levels" is a maximum, there an exact number.
 * - "at least one complete sentence", "exactly twenty-five words", "precisely three columns" are understood.
 * - "each X includes …" is understood as "each X must include …" is; there it fails every response.
 * - "headings for each section" asks for headings; there each heading alone must satisfy the whole constraint.
 */

/** What a constraint asks for, as a verifier and its parameters. */
export interface ParsedConstraint {
  readonly verifier: string;
  readonly kwargs: Kwargs;
  /** False where nothing in the text was understood: better asked of a judge than decided by code. */
  readonly understood: boolean;
}

/** A constraint of a MulDimIF record, `[first label, second label, text]`; null where the labels are unknown. */
export function parseConstraint(first: string, second: string, text: string): ParsedConstraint | null {
  const label = `${first} ${second}`.toLowerCase();
  // Labels are anybody's text: "constructor" is no family.
  const found = [label, label.split(":")[0]].flatMap((name) =>
    Object.hasOwn(families, name) ? [families[name]] : [],
  )[0];
  if (found === undefined) return null;
  const kwargs = found.parse(text);
  return { verifier: found.verifier.id, kwargs, understood: found.isUnderstood(kwargs) };
}

export const muldimifVerifiers: readonly Verifier[] = [
  ...new Set(Object.values(families).map(({ verifier }) => verifier)),
];
