import * as z from "../../../zod";
import { strip } from "../../text/python_text";
import { count, defineVerifier, phrase } from "../verifier";
import { describeBounds, isBounded, parseBounds, within, type Bounds } from "./bounds";
import { family } from "./family";
import { numberSource, parseNumber } from "./numbers";
import { linesOf, quotedIn } from "./text";
import { splitSpace } from "../../text/python_words";

const bound = z.optional(count);
const kwargs = {
  min_rows: bound,
  max_rows: bound,
  min_columns: bound,
  max_columns: bound,
  /** Each occurs in some header. */
  columns: z.optional(z.array(phrase)),
  max_title_words: bound,
  markdown: z.optional(z.literal(true)),
  /** A response without a table follows the constraint too. */
  optional: z.optional(z.literal(true)),
};

type Rule = z.infer<z.ZodMiniObject<typeof kwargs>>;

/**
 * Rows, columns and headers of a Markdown table (Ye et al., 2025, and its evaluation code). The table is what stands
 * between the first and the last vertical bar; its header and the line below it are no rows. A maximum is allowed
 * to be reached.
 */
export const formatTable = family(
  defineVerifier({
    id: "muldimif:format_table",
    decidesBlank: true,
    kwargs,
    describe(rule) {
      const parts = [
        isBounded(rowsOf(rule)) && describeBounds(rowsOf(rule), "rows"),
        isBounded(columnsOf(rule)) && describeBounds(columnsOf(rule), "columns"),
        rule.columns && `the columns ${rule.columns.join(", ")}`,
        rule.max_title_words !== undefined && `a first row of at most ${rule.max_title_words} words`,
      ].filter(Boolean);
      const table = parts.length > 0 ? `a table with ${parts.join(", ")}` : "a table";
      return rule.optional ? `Any table in the response is ${table}.` : `The response holds ${table}.`;
    },
    follows(response, rule) {
      if (!response.includes("|")) return rule.optional === true;
      const first = response.indexOf("|");
      const last = response.lastIndexOf("|");
      const lines = first === last ? [] : linesOf(response.slice(first, last + 1));
      return lines.length === 0 ? !Object.keys(rule).some((key) => key !== "optional") : fits(lines, rule);
    },
  }),
  parse,
  ["optional"],
);

const rowsOf = ({ min_rows, max_rows }: Rule): Bounds => ({ min: min_rows, max: max_rows });
const columnsOf = ({ min_columns, max_columns }: Rule): Bounds => ({ min: min_columns, max: max_columns });

function fits(lines: readonly string[], rule: Rule): boolean {
  const cells = lines[0].split("|").slice(1, -1);
  const headers = cells.map((cell) => strip(cell).toLowerCase());
  const rows = lines.length - (lines.length > 1 && lines[1].includes("---") ? 2 : 1);
  const title = strip(lines[0].replace(/^\|+|\|+$/g, ""));
  return (
    (!rule.markdown || lines.some((line) => line.startsWith("|"))) &&
    (!isBounded(rowsOf(rule)) || within(rows, rowsOf(rule))) &&
    (!isBounded(columnsOf(rule)) || within(cells.length, columnsOf(rule))) &&
    within(splitSpace(title).length, { max: rule.max_title_words }) &&
    (rule.columns ?? []).every((column) => headers.some((header) => isHeader(column.toLowerCase(), header)))
  );
}

/** Whether a header is about a column: it holds its name, or for a name of several words one of its words. */
const isHeader = (column: string, header: string): boolean =>
  header.includes(column) || column.split(" ").some((word) => word.length > 3 && header.includes(word));

function parse(constraint: string): Rule {
  const text = constraint.toLowerCase();
  const rows = amount(text, "rows?", "row", "(?:行)");
  const columns = amount(text, "columns?", "column", "(?:列)");
  const title = new RegExp(`title must not exceed (${numberSource}) words`).exec(text);
  const named = /columns?\b|must include the|each \w+ must include/.test(text)
    ? namedColumns(constraint)
    : [];
  const single = /single column/.test(text) ? { min: 1, max: 1 } : columns;
  return {
    min_rows: rows.min,
    max_rows: rows.max,
    min_columns: single.min,
    max_columns: single.max,
    columns: named.length > 0 ? named : undefined,
    max_title_words: title ? parseNumber(title[1]) : undefined,
    markdown: text.includes("markdown") ? true : undefined,
    optional:
      /\b(?:if|any|when(?:ever)?)\b|如果/.test(text) || !/table|tabular|表格/.test(text) ? true : undefined,
  };
}

/** Bounds on rows or columns, in the wordings that put the number elsewhere than before the unit too. */
function amount(text: string, unit: string, name: string, chinese: string): Bounds {
  const bounds = parseBounds(text, unit);
  if (isBounded(bounds)) return bounds;
  const number = `(${numberSource})`;
  const most =
    new RegExp(`${name}s? limit (?:of|to) ${number}`).exec(text) ??
    new RegExp(
      `(?:number of )?${name}s (?:in each table )?(?:to|must not exceed|does not exceed|should not exceed) ${number}`,
    ).exec(text) ??
    new RegExp(
      `(?:not exceed(?:ing)?|no more than|maximum of|at most) [^.]{0,40}?and ${number} ${unit}`,
    ).exec(text) ??
    new RegExp(`${chinese}数?不能超过${number}${chinese}`).exec(text);
  if (most) return { max: parseNumber(most[1]) };
  const exact =
    new RegExp(`exactly [^.]{0,40}?and ${number} ${unit}`).exec(text) ??
    new RegExp(`${number} ${unit} must be included|\\bin ${number} ${unit}`).exec(text) ??
    new RegExp(`(?:必须有|必须是)${number}${chinese}`).exec(text);
  const value = exact ? parseNumber(exact[1] ?? exact[2]) : undefined;
  return { min: value, max: value };
}

/** Columns that a constraint names: in quotation marks, after a colon, or as what each entry must include. */
function namedColumns(constraint: string): string[] {
  const quoted = quotedIn(constraint).map(trimmed);
  if (quoted.length > 0) return quoted;
  const list =
    /columns?: ([^.;]+)/i.exec(constraint)?.[1] ??
    /(?:each \w+ must include|must include) (?:the )?([^.;]+)/i.exec(constraint)?.[1];
  if (list === undefined || /table|column|row|\bone for\b/i.test(list)) return [];
  return list
    .split(/, and |,| and (?:its |the )?/)
    .map(trimmed)
    .filter((name) => name !== "");
}

const trimmed = (name: string): string => strip(name).replace(/[,.]+$/, "");
