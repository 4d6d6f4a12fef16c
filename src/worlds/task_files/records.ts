import { skip, spanFrom } from "./json_span";
import type { Fault, Reading } from "./problem";

/** One record of a file, as JSON has it. */
export interface RawRecord {
  /** The line on which it begins, from 1. */
  readonly line: number;
  readonly json: Reading<unknown>;
}

/**
 * The records of a file, in its order, read as they are asked for. Three layouts are known: one JSON object a line
 * (blank lines are skipped), one JSON list of records, and one document `{"tasks": [records]}`. A single object that
 * is no such document is one record.
 */
export function rawRecords(text: string): Iterable<RawRecord> {
  const start = skip(text, 0);
  return isDocument(text, start) ? documentRecords(text, start) : lineRecords(text);
}

function* lineRecords(text: string): Generator<RawRecord> {
  for (const { line, content } of linesOf(text)) yield { line, json: readJson(content) };
}

/** Lines that are not blank. */
function* linesOf(text: string): Generator<{ line: number; content: string }> {
  let start = 0;
  for (let line = 1; start < text.length; line++) {
    const end = text.indexOf("\n", start);
    const content = text.slice(start, end < 0 ? text.length : end).trim();
    if (content !== "") yield { line, content };
    start = end < 0 ? text.length : end + 1;
  }
}

/**
 * Whether the text is one JSON value rather than one a line: a list, an object with a list of tasks, or an object with
 * nothing after it. A first line that is broken does not make a file of lines a document: then another line is an
 * object by itself.
 */
function isDocument(text: string, start: number): boolean {
  if (text[start] === "[") return true;
  if (text[start] !== "{") return false;
  if (tasksList(text, start) !== null) return true;
  const { end, isWhole } = spanFrom(text, start);
  return isWhole ? skip(text, end) === text.length : !anyLineIsObject(text);
}

function anyLineIsObject(text: string): boolean {
  let tried = 0;
  for (const { content } of linesOf(text)) {
    if (content.startsWith("{") && "value" in readJson(content)) return true;
    if (++tried === mostLinesTried) return false;
  }
  return false;
}

const mostLinesTried = 100;

/**
 * The records of a list, or of a document with one. Where the whole is not JSON, the good ones are found all the same: after a broken
 * record the next one begins on the next line that opens an object as far to the right as the broken one did.
 */
function* documentRecords(text: string, start: number): Generator<RawRecord> {
  const lineAt = lineCounter(text);
  const list = text[start] === "[" ? start : tasksList(text, start);
  if (list === null) {
    yield { line: lineAt(start), json: readJson(text.slice(start)) };
    return;
  }
  const isSound = "value" in readJson(text, Infinity);
  let broken = 0;
  let at = skip(text, list + 1, separators);
  while (at < text.length && text[at] !== "]") {
    const next = isSound ? -1 : nextSibling(text, at);
    const { end } = spanFrom(text, at, next < 0 ? text.length : next);
    const json = readJson(text.slice(at, end));
    const isLast = "faults" in json && !isSound && next < 0;
    yield { line: lineAt(at), json: isLast ? { faults: [notJsonNorAfter] } : json };
    if (isLast) return;
    if ("faults" in json) broken++;
    at = "faults" in json && next >= 0 ? next : skip(text, end, separators);
  }
  if (!isSound && broken === 0)
    yield { line: lineAt(Math.min(at, text.length)), json: { faults: [notClosed] } };
}

const separators = " \t\r\n,";

/** Where the next line begins an object with the indentation of the one at `start`; -1 where there is none. */
function nextSibling(text: string, start: number): number {
  const indentation = text.slice(text.lastIndexOf("\n", start) + 1, start);
  if (indentation.trim() !== "") return -1;
  const found = text.indexOf(`\n${indentation}{`, start);
  return found < 0 ? -1 : found + indentation.length + 1;
}

/** The index at which the list of a document's tasks opens; null for an object without one. */
function tasksList(text: string, start: number): number | null {
  for (let at = skip(text, start + 1, separators); text[at] === '"';) {
    const name = spanFrom(text, at);
    const colon = skip(text, name.end);
    if (text[colon] !== ":") return null;
    const value = skip(text, colon + 1);
    if (text.slice(name.start, name.end) === '"tasks"' && text[value] === "[") return value;
    at = skip(text, spanFrom(text, value).end, separators);
  }
  return null;
}

/** Tells the line of an index, from 1; indices must not go down. */
function lineCounter(text: string): (index: number) => number {
  let line = 1;
  let next = text.indexOf("\n");
  return (index) => {
    for (; next >= 0 && next < index; next = text.indexOf("\n", next + 1)) line++;
    return line;
  };
}

/** Records are objects of a few levels; what nests deeper is none, and would exhaust the stack later. */
const deepestRecord = 64;

function readJson(text: string, deepest = deepestRecord): Reading<unknown> {
  if (deepest < Infinity && spanFrom(text, 0).depth > deepest) return { faults: [tooDeep] };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { faults: [notJson] };
  }
}

const notJson: Fault = {
  field: "",
  what: "it is not JSON",
  cure: "Give one JSON object a line, or one document with a list of tasks; look for a missing quotation mark, comma or bracket",
};
const notJsonNorAfter: Fault = {
  ...notJson,
  what: "it is not JSON, and no record after it can be made out",
};
const notClosed: Fault = {
  field: "",
  what: "the document around the records is not JSON",
  cure: "Look for a missing comma or bracket between the records and after them",
};
const tooDeep: Fault = {
  field: "",
  what: `it nests deeper than ${deepestRecord} levels`,
  cure: "Give records as docs/tasks.md shows them",
};
