import * as z from "../../../zod";
import { countMatches, spaceClass } from "../../text/python_text";
import { count, defineVerifier, phrase } from "../verifier";
import { describeBounds, isBounded, parseBounds, within, type Bounds } from "./bounds";
import { family } from "./family";
import { numberSource, parseNumber } from "./numbers";
import { countKeyword, linesOf, quotedIn } from "./text";

const bound = z.optional(count);
const wish = z.enum(["bullets", "no_bullets", "no_numbers", "quotes", "apa"]);
const kwargs = {
  /** Attributes of every XML tag. */
  min_attributes: bound,
  max_attributes: bound,
  /** Rows of Markdown or HTML tables, the header among them. */
  max_rows: bound,
  min_references: bound,
  /** Characters of the whole response. */
  min_characters: bound,
  max_characters: bound,
  word: z.optional(phrase),
  form: z.optional(wish),
  /** What no code can decide and the published code passes: "full sentences". */
  anything: z.optional(z.literal(true)),
};

type Rule = z.infer<z.ZodMiniObject<typeof kwargs>>;
type Form = z.infer<typeof wish>;

const reference = /\[\d+\]|\([A-Za-z]+, \d{4}\)/g;

const forms: Readonly<
  Record<Form, { says: string; holds: (lines: readonly string[], text: string) => boolean }>
> = {
  bullets: { says: "bullet points", holds: (lines) => lines.some((line) => /^[-*]/.test(line)) },
  no_bullets: { says: "no bullet points", holds: (lines) => !lines.some((line) => /^[-*]/.test(line)) },
  no_numbers: { says: "no numbered points", holds: (lines) => !lines.some((line) => /^\d+\./.test(line)) },
  quotes: {
    says: "block quotes",
    holds: (_, text) => /^>/m.test(text) || text.toLowerCase().includes("<blockquote>"),
  },
  apa: {
    says: "citations in APA format",
    holds: (_, text) =>
      new RegExp(
        `\\([${spaceClass}]?[\\p{L}\\p{N}_]{1,99},[${spaceClass}]?\\d{4}[${spaceClass}]?\\)`,
        "u",
      ).test(text),
  },
};

/** Attributes of XML, forms of lists and citations, and lengths in characters (Ye et al., 2025, and its code). */
export const formatOthers = family(
  defineVerifier({
    id: "muldimif:format_others",
    decidesBlank: true,
    kwargs,
    describe: (rule) =>
      `The response has ${wishes(rule).join(", ") || "the form that the constraint names"}.`,
    follows(response, rule) {
      const lines = linesOf(response);
      const rows = lines.filter((line) => /^\|.*\|$/.test(line) && !/^\|(?:\s*-+\s*\|)+$/.test(line)).length;
      const htmlRows = response.toLowerCase().split("<tr>").length - 1;
      return (
        Object.keys(rule).length > 0 &&
        (!isBounded(attributes(rule)) ||
          attributeCounts(response).every((n) => within(n, attributes(rule)))) &&
        within(Math.max(rows, htmlRows), { max: rule.max_rows }) &&
        within(countMatches(response, reference), { min: rule.min_references }) &&
        within([...response].length, { min: rule.min_characters, max: rule.max_characters }) &&
        (rule.word === undefined || countKeyword(response, rule.word) > 0) &&
        (rule.form === undefined || forms[rule.form].holds(lines, response))
      );
    },
  }),
  parse,
);

const attributes = ({ min_attributes, max_attributes }: Rule): Bounds => ({
  min: min_attributes,
  max: max_attributes,
});

const wishes = (rule: Rule): string[] =>
  [
    isBounded(attributes(rule)) && `XML tags with ${describeBounds(attributes(rule), "attributes")}`,
    rule.max_rows !== undefined && `a table with at most ${rule.max_rows} rows`,
    rule.min_references !== undefined && `at least ${rule.min_references} references`,
    (rule.min_characters ?? rule.max_characters) !== undefined &&
      describeBounds({ min: rule.min_characters, max: rule.max_characters }, "characters"),
    rule.word !== undefined && `the word "${rule.word}"`,
    rule.form !== undefined && forms[rule.form].says,
    rule.anything && "full sentences",
  ].filter((wish) => typeof wish === "string");

/** The number of attributes of each well-formed opening tag of the first XML block, or of the whole text. */
function attributeCounts(text: string): number[] {
  const start = text.indexOf("```xml");
  const end = text.indexOf("```", start + 6);
  const inner = start < 0 || end < 0 ? text : text.slice(start + 6, end);
  return inner
    .split("<")
    .slice(1)
    .flatMap((piece) => {
      const close = piece.indexOf(">");
      const tag = close < 0 ? "" : piece.slice(0, close);
      const values = tag.match(/\s[A-Za-z_:][\w:.-]*=(?:"[^"']*"|'[^"']*')/g) ?? [];
      const rest = tag.replace(/\s[A-Za-z_:][\w:.-]*=(?:"[^"']*"|'[^"']*')/g, "");
      return /^\s?[A-Za-z_:][\w:.-]*\s*\/?$/.test(rest) ? [values.length] : [];
    });
}

const number = `(${numberSource})`;

function parse(constraint: string): Rule {
  const text = constraint.toLowerCase();
  const value = (source: string): number | undefined => {
    const match = new RegExp(source).exec(text);
    return match ? parseNumber(match[1]) : undefined;
  };
  if (text.includes("attribute")) {
    const stated = value(`attributes (?:must be |is )?(?:exactly |to )${number}`);
    const most = value(`not exceed ${number}[^.]*attributes`);
    const bounds = parseBounds(text, "attributes?");
    return { min_attributes: stated ?? bounds.min, max_attributes: stated ?? bounds.max ?? most };
  }
  if (/\brows\b/.test(text)) return { max_rows: parseBounds(text, "rows").max };
  if (/references?\b/.test(text) && /at least/.test(text))
    return { min_references: parseBounds(text, "references?").min };
  if (text.includes("short blurb")) return { max_characters: 200 };
  if (text.includes("medium length")) return { min_characters: 201, max_characters: 400 };
  if (text.includes("full sentences")) return { anything: true };
  return { form: formOf(text), word: /must include/.test(text) ? quotedIn(constraint)[0] : undefined };
}

function formOf(text: string): Form | undefined {
  if (text.includes("apa format")) return "apa";
  if (/no bullet points/.test(text)) return "no_bullets";
  if (/no (?:lists|number(?:ed)? points)/.test(text)) return "no_numbers";
  if (/bullet points/.test(text)) return "bullets";
  return /block ?quotes/.test(text) ? "quotes" : undefined;
}
