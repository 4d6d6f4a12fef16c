import { strip } from "../../text/python_text";
import { parsePythonJson } from "../json_format";
import { linesOf } from "./text";
import { splitSpace } from "../../text/python_words";

/** The parts of a response that a constraint on "each …" speaks of. */

/** The form of a response, as its beginning or any line of a table shows it. */
function layoutOf(text: string): "json" | "table" | "numbered" | "bullet" | "plain" {
  const start = strip(text);
  if (/^[{[]/.test(start)) return "json";
  if (linesOf(text).some((line) => /^\|[^\n]+\|/.test(line))) return "table";
  if (/^\d+\.\s/.test(start)) return "numbered";
  return /^[-*] /.test(start) ? "bullet" : "plain";
}

const numbered = (text: string): string[] => linesOf(text).filter((line) => /^\d+\.\s+/.test(line));
const bullets = (text: string): string[] =>
  linesOf(text)
    .filter((line) => /^[-*] /.test(line))
    .map((line) => strip(line.slice(2)));

const cellsOf = (line: string): string[] => line.split("|").slice(1, -1).map(strip);
const rule = /^[\s|*:-]+$/;

interface Table {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The rows of all tables of a response that have as many cells as the first one's header. */
function tableOf(text: string): Table {
  const lines = linesOf(text).filter((line) => line.startsWith("|"));
  const all = lines.filter((line) => !rule.test(line)).map(cellsOf);
  const [headers = [], ...rows] = all;
  return {
    headers,
    rows: rows.filter((row) => row.length === headers.length && row.join() !== headers.join()),
  };
}

const column = ({ rows }: Table, index: number): string[] => rows.map((row) => row[index]);

/**
 * Elements whose words are counted: items of a list, values of a JSON object, cells of the column that the target
 * names (all cells where it names none), else the lines that are no caption.
 */
export function countedElements(text: string, target: string): string[] {
  switch (layoutOf(text)) {
    case "table": {
      const table = tableOf(text);
      const index = table.headers.findIndex((header) => header.toLowerCase().includes(target));
      if (index >= 0 && target !== "" && table.rows.length > 0) return column(table, index);
      return [...table.headers, ...table.rows.flat()].filter((cell) => cell !== "");
    }
    case "json": {
      const data = parsePythonJson(text);
      if (typeof data !== "object" || data === null || Array.isArray(data)) return [];
      const last = target.split(" ").at(-1)!;
      return target.includes("entry")
        ? Object.values(data).map(asText)
        : [asText(Reflect.get(data, last) ?? "")];
    }
    case "numbered":
      return numbered(text).map((line) => strip(afterFirst(line.slice(line.indexOf(":") + 1), ".")));
    case "bullet":
      return bullets(text);
    case "plain":
      return linesOf(text)
        .filter((line) => !line.replace(/^[*#'"]+|[*#'"]+$/g, "").endsWith(":") && !/^\|.*\|$/.test(line))
        .map((line) => strip(line.replace(/^#+/, "")));
  }
}

/**
 * Elements in which a keyword is looked for: items of a list, values of JSON, cells of the column whose header
 * shares most words with the target (else of the wordiest column), else what stands between dividing lines.
 */
export function searchedElements(text: string, target: string): string[] {
  switch (layoutOf(text)) {
    case "table": {
      const table = tableOf(text);
      const wanted = new Set(splitSpace(target).map(bare));
      const matches = table.headers.map(
        (header) => splitSpace(header).filter((word) => wanted.has(bare(word))).length,
      );
      const wordiness = table.headers.map((_, index) =>
        column(table, index).reduce((sum, cell) => sum + splitSpace(cell).length, 0),
      );
      const score = matches.some((count) => count > 0) ? matches : wordiness;
      const best = score.reduce((first, count, index) => (count > score[first] ? index : first), 0);
      return score.length === 0 ? [] : column(table, best);
    }
    case "json": {
      const data = parsePythonJson(text);
      return typeof data === "object" && data !== null ? Object.values(data).map(asText) : [];
    }
    case "numbered":
      return numbered(text).map((line) => strip(afterFirst(line, ".")));
    case "bullet":
      return bullets(text);
    case "plain":
      return sections(text);
  }
}

function sections(text: string): string[] {
  const found: string[][] = [[]];
  for (const line of text.split("\n")) {
    if (/^(?:-{3,}|\*{3,}|={3,})$/.test(strip(line))) found.push([]);
    else found[found.length - 1].push(line);
  }
  return found.map((lines) => strip(lines.join("\n"))).filter((section) => section !== "");
}

const bare = (word: string): string => word.replace(/[^\p{L}\p{N}_]/gu, "").toLowerCase();
const afterFirst = (text: string, mark: string): string => text.slice(text.indexOf(mark) + 1);
const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
