import * as z from "../../../zod";
import { isBlank, strip } from "../../text/python_text";
import { defineVerifier } from "../verifier";
import { family } from "./family";
import { isCapitalized, linesOf } from "./text";

const cases = z.enum(["upper", "lower", "capitalized", "any"]);
const parts = z.enum([
  "table_headers",
  "table_entries",
  "table",
  "json_keys",
  "json_values",
  "headings",
  "table_or_headings",
]);
type Part = z.infer<typeof parts>;

/**
 * The case of the letters, in the response or in one part of it (Ye et al., 2025, and its evaluation code).
 * Capitalized says that no word begins with one of a to z. Where the part does not occur, the whole text counts.
 */
export const languageEnglish = family(
  defineVerifier({
    id: "muldimif:language_english",
    kwargs: { case: z.optional(cases), part: z.optional(parts) },
    describe(rule) {
      const where =
        rule.part === undefined ? "response" : `${rule.part.replaceAll("_", " ")} of the response`;
      const how = {
        upper: "in upper case",
        lower: "in lower case",
        capitalized: "capitalized, word by word",
        any: "text",
      };
      return `The ${where} is ${how[rule.case ?? "any"]}.`;
    },
    follows(response, rule) {
      const text = rule.part === undefined ? response : partOf(response, rule.part);
      if (isBlank(response)) return false;
      if (rule.case === "upper") return text === text.toUpperCase();
      if (rule.case === "lower") return text === text.toLowerCase();
      return rule.case === "any" || (rule.case === "capitalized" && isCapitalized(text));
    },
  }),
  (constraint) => ({ case: caseOf(constraint.toLowerCase()), part: partNamed(constraint.toLowerCase()) }),
  ["part"],
);

function caseOf(text: string): z.infer<typeof cases> | undefined {
  if (/\ball[- ]?uppercase\b|entirely in upper-?case|upper-?case letters|in capitalized form/.test(text))
    return "upper";
  if (/capitali[sz]e|capital letter|each word in/.test(text)) return "capitalized";
  if (/\blowercase\b/.test(text)) return "lower";
  return text.includes("written as a short blurb") ? "any" : undefined;
}

function partNamed(text: string): Part | undefined {
  if (text.includes("table")) {
    if (text.includes("headings")) return "table_or_headings";
    if (text.includes("header")) return "table_headers";
    return text.includes("entries") ? "table_entries" : "table";
  }
  if (text.includes("json")) {
    if (text.includes("keys")) return "json_keys";
    return text.includes("values") ? "json_values" : undefined;
  }
  return text.includes("heading") ? "headings" : undefined;
}

const matches = (text: string, pattern: RegExp): string =>
  [...text.matchAll(pattern)].map(([, part]) => part).join(" ");

/** The text of one part; the whole text where there is none. */
function partOf(text: string, part: Part): string {
  switch (part) {
    case "json_keys":
      return matches(text, /"([^"]+)"\s?:/g) || text;
    case "json_values":
      return matches(text, /:\s?"([^"]+)"/g) || text;
    case "headings":
      return headingsOf(text) || text;
    case "table_or_headings":
      return text.includes("|") ? cellsOf(linesOf(text)) : headingsOf(text) || text;
    case "table_headers":
      return text.includes("|") ? cellsOf(linesOf(text).slice(0, 1)) : text;
    case "table_entries":
      return text.includes("|") ? cellsOf(linesOf(text).slice(1)) || text : text;
    case "table":
      return text.includes("|") ? cellsOf(linesOf(text)) : text;
  }
}

const headingsOf = (text: string): string =>
  text
    .split("\n")
    .filter((line) => line.startsWith("#"))
    .map((line) => line.replace(/^#+/, ""))
    .join(" ");

const cellsOf = (lines: readonly string[]): string =>
  lines
    .flatMap((line) =>
      line
        .split("|")
        .map(strip)
        .filter((cell) => cell !== ""),
    )
    .join(" ");
