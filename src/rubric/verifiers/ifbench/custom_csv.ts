import { readCsv } from "../../text/csv";
import { spaceClass, strip } from "../../text/python_text";
import { defineVerifier } from "../verifier";

/*
 * IFBench's single tasks with CSV (Pyatkin et al., "Generalizing Verifiable Instruction Following", 2025, and its
 * evaluation code at commit db69a6f). Where that code stops with an error, the response does not follow the rule.
 */

/** A header and seven rows of five fields between commas; the header is exactly these names. */
const csvCity = defineVerifier({
  id: "custom:csv_city",
  kwargs: {},
  describe: () => "The response is CSV with the columns ID, Country, City, Year and Count and 7 rows.",
  follows(response) {
    const [header, ...rows] = readCsv(response, ",") ?? [];
    return (
      header !== undefined &&
      header.join("\n") === ["ID", "Country", "City", "Year", "Count"].join("\n") &&
      rows.length === 7 &&
      rows.every((row) => row.length === 5)
    );
  },
});

/** Whether the first line is these names, each quoted or not, with the separator and blanks between. */
const hasHeader = (text: string, names: readonly string[], separator: string): boolean =>
  new RegExp(`^${names.map((name) => `(?:${name}|"${name}")`).join(separator)}$`).test(
    strip(text.split("\n", 1)[0]),
  );

/** The rows with the quotes kept: each is doubled within a quoted field before the text is read. */
const rowsWithQuotes = (text: string, delimiter: string): string[][] =>
  readCsv(text.replaceAll('"', '"""'), delimiter) ?? [];

const special = new RegExp(`[^\\p{L}\\p{N}_${spaceClass}]`, "u");

/** Whether a field begins with a quote that ends on the same line and has a mark or symbol inside. */
function isQuotedSpecial(field: string): boolean {
  const line = field.split("\n", 1)[0];
  return line.startsWith('"') && special.test(line.slice(1, Math.max(1, line.lastIndexOf('"'))));
}

/** A header and 14 rows; up to the first row with a quoted field that has a mark or symbol, rows have five fields. */
const csvSpecialCharacter = defineVerifier({
  id: "custom:csv_special_character",
  kwargs: {},
  describe: () =>
    "The response is CSV with the columns ProductID, Category, Brand, Price and Stock and 14 rows, with a special " +
    "character in a field in double quotes.",
  follows(response) {
    if (!hasHeader(response, ["ProductID", "Category", "Brand", "Price", "Stock"], ",[ \\t]*")) return false;
    const [, ...rows] = rowsWithQuotes(response, ",");
    if (rows.length !== 14) return false;
    const found = rows.findIndex((row) => row.length === 5 && row.some(isQuotedSpecial));
    return found >= 0 && rows.slice(0, found).every((row) => row.length === 5);
  },
});

const isQuoted = (field: string): boolean => {
  const text = strip(field);
  return text.startsWith('"') && text.endsWith('"');
};

/** A header and three rows of five fields between tabs, all of them, the header's too, in double quotes. */
const csvQuotes = defineVerifier({
  id: "custom:csv_quotes",
  kwargs: {},
  describe: () =>
    "The response is tab-separated with the columns StudentID, Subject, Grade, Semester and Score and 3 rows, each " +
    "field in double quotes.",
  follows(response) {
    if (!hasHeader(response, ["StudentID", "Subject", "Grade", "Semester", "Score"], "\\t *")) return false;
    const rows = rowsWithQuotes(response, "\t");
    return rows.length === 4 && rows.every((row) => row.length === 5 && row.every(isQuoted));
  },
});

export const csvVerifiers = [csvCity, csvSpecialCharacter, csvQuotes];
