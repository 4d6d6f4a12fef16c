import * as z from "../../../zod";
import { strip } from "../../text/python_text";
import { count, defineVerifier } from "../verifier";
import { describeBounds, isBounded, parseBounds, within, type Bounds } from "./bounds";
import { family } from "./family";
import { numberSource, parseNumber } from "./numbers";
import { linesOf, quotedIn } from "./text";

const kwargs = {
  /** Levels of which at least one heading each must occur. */
  levels: z.optional(z.array(count.check(z.minimum(1)))),
  /** How many different levels occur. */
  min_levels: z.optional(count),
  max_levels: z.optional(count),
  /** No heading is deeper. */
  deepest: z.optional(count),
  /** The first heading's level. */
  first: z.optional(count),
  /** One heading has this level and this text, or is the only one of this level. */
  titled: z.optional(z.object({ level: count, text: z.string() })),
  only_one_of: z.optional(count),
  /** Some heading, some bold text, some bullet, some line of a block quote. */
  heading: z.optional(z.literal(true)),
  bold: z.optional(z.literal(true)),
  bullet: z.optional(z.literal(true)),
  quote: z.optional(z.literal(true)),
};

type Rule = z.infer<z.ZodMiniObject<typeof kwargs>>;

interface Heading {
  readonly level: number;
  readonly text: string;
}

/** Markdown: headings by level above all (Ye et al., 2025, and its evaluation code). A heading is "#", blank, text. */
export const formatMarkdown = family(
  defineVerifier({
    id: "muldimif:format_markdown",
    decidesBlank: true,
    kwargs,
    describe: (rule) =>
      `The response has ${wishes(rule).join(", ") || "the Markdown that the constraint names"}.`,
    follows(response, rule) {
      const lines = linesOf(response);
      const headings = lines.flatMap((line): Heading[] => {
        const marks = /^#+(?=\s)/.exec(line)?.[0];
        return marks === undefined ? [] : [{ level: marks.length, text: strip(line.slice(marks.length)) }];
      });
      return (
        headingsFit(headings, rule) &&
        (!rule.bold || /\*\*[^\n]*?\*\*|__[^\n]*?__/.test(response)) &&
        (!rule.bullet || lines.some((line) => /^[-*+](?:\s|$)/.test(line))) &&
        (!rule.quote || lines.some((line) => line.startsWith(">")))
      );
    },
  }),
  parse,
);

function headingsFit(headings: readonly Heading[], rule: Rule): boolean {
  const levels = new Set(headings.map(({ level }) => level));
  const { titled } = rule;
  const asksForHeading = rule.heading || rule.deepest !== undefined;
  return (
    (!asksForHeading || headings.length > 0) &&
    (rule.levels ?? []).every((level) => levels.has(level)) &&
    within(levels.size, distinct(rule)) &&
    (rule.deepest === undefined || headings.every(({ level }) => level <= rule.deepest!)) &&
    (rule.first === undefined || headings[0]?.level === rule.first) &&
    (!titled || headings.some(({ level, text }) => level === titled.level && text === titled.text)) &&
    (rule.only_one_of === undefined ||
      headings.filter(({ level }) => level === rule.only_one_of).length === 1)
  );
}

const distinct = ({ min_levels, max_levels }: Rule): Bounds => ({ min: min_levels, max: max_levels });

const wishes = (rule: Rule): string[] =>
  [
    rule.levels && `headings of level ${rule.levels.join(" and ")}`,
    isBounded(distinct(rule)) && `headings of ${describeBounds(distinct(rule), "different levels")}`,
    rule.deepest !== undefined && `no heading below level ${rule.deepest}`,
    rule.first !== undefined && `a first heading of level ${rule.first}`,
    rule.titled && `a heading of level ${rule.titled.level} with the text "${rule.titled.text}"`,
    rule.only_one_of !== undefined && `one heading of level ${rule.only_one_of}`,
    rule.heading && "headings",
    rule.bold && "bold text",
    rule.bullet && "bullet points",
    rule.quote && "block quotes",
  ].filter((wish) => typeof wish === "string");

const number = `(${numberSource})`;

function parse(constraint: string): Rule {
  const text = constraint.toLowerCase().replace(/\s+/g, " ");
  return {
    ...headingRule(constraint, text),
    bold: /\bbold\b/.test(text) ? true : undefined,
    bullet: text.includes("bullet points") ? true : undefined,
    quote: /block ?quote/.test(text) ? true : undefined,
  };
}

/** The one thing that a constraint says about headings: the most particular wording decides. */
function headingRule(constraint: string, text: string): Rule {
  const find = (source: string): RegExpExecArray | null => new RegExp(source).exec(text);
  const level = (match: RegExpExecArray): number => parseNumber(match[1]);

  const titled = find(`level ${number} heading (?:titled|with the (?:text|title))`);
  const [title] = titled ? quotedIn(constraint) : [];
  if (titled && title !== undefined) return { titled: { level: level(titled), text: title } };
  const single = find(`a single level ${number} heading`);
  if (single) return { only_one_of: level(single) };
  const first = find(`(?:begin|start)s? with a level ${number} heading`);
  if (first) return { first: level(first) };
  if (/main (?:heading )?and subheadings|main heading (?:for [^,]*)?and subheadings/.test(text))
    return { levels: [1, 2] };

  const levels = namedLevels(text);
  if (levels.length > 1) return { levels };
  const several = parseBounds(
    text,
    "(?:distinct |different |separate )?(?:(?:heading )?levels(?: of headings?)?|heading level)",
  );
  const plain =
    find(`\\b${number} (?:distinct |different )?(?:heading levels|levels of headings?)`) ??
    find(`headings at ${number} levels`);
  if (isBounded(several)) return { min_levels: several.min, max_levels: several.max };
  const deepest = find(`heading levels? (?:must |should )?(?:not exceed|be limited to) (?:level )?${number}`);
  if (deepest) return { deepest: level(deepest) };
  if (levels.length === 1) return { levels };
  if (plain) return { min_levels: level(plain) };
  return /\bheadings?\b|heading levels/.test(text) ? { heading: true } : {};
}

/** The levels that a constraint names one by one: "level 2", "heading levels 1 and 2", "H2", "'##'". */
function namedLevels(text: string): number[] {
  const pair = new RegExp(`heading levels ${number} and ${number}`).exec(text);
  if (pair) return [parseNumber(pair[1]), parseNumber(pair[2])];
  const patterns = [
    new RegExp(`(?:heading )?level ${number}(?: headings?)?`, "g"),
    /\bh([1-6])\b/g,
    // An example of headings is no demand: "such as '## Overview'".
    ...(/such as/.test(text) ? [] : [/['"`](#+)['"`]/g]),
  ];
  for (const pattern of patterns) {
    const found = [...text.matchAll(pattern)].map(([, name]) =>
      name.startsWith("#") ? name.length : parseNumber(name),
    );
    if (found.length > 0) return [...new Set(found)].sort();
  }
  return [];
}
