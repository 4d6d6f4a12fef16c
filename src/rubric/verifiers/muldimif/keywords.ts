import * as z from "../../../zod";
import { strip } from "../../text/python_text";
import { count, defineVerifier, phrase } from "../verifier";
import { parseBounds, within } from "./bounds";
import { searchedElements } from "./elements";
import { family } from "./family";
import { numberSource, parseNumber } from "./numbers";
import { countKeyword, quotedIn } from "./text";
import { splitSpace } from "../../text/python_words";

const kwargs = {
  keywords: z.optional(z.array(phrase)),
  /** Keywords that must not occur. */
  avoid: z.optional(z.array(phrase)),
  /** How often each keyword must occur at least; once where it is left out. */
  times: z.optional(count.check(z.minimum(1))),
  /** One of the keywords is enough. */
  any: z.optional(z.literal(true)),
  /** Each of these must satisfy all of it; the whole response where it is left out. */
  each: z.optional(z.string()),
  /** A keyword that is asked for only where the topic, in one of its wordings, occurs. */
  conditions: z.optional(z.array(z.object({ topics: z.array(phrase), keyword: phrase }))),
  min_words: z.optional(count),
  max_words: z.optional(count),
  ends_with_period: z.optional(z.literal(true)),
  capitalized: z.optional(z.literal(true)),
};

type Rule = z.infer<z.ZodMiniObject<typeof kwargs>>;

/**
 * Keywords, which stand as whole words in any case, and what such constraints ask for besides (Ye et al., 2025, and
 * its evaluation code).
 */
export const contentKeywords = family(
  defineVerifier({
    id: "muldimif:content_keywords",
    decidesBlank: true,
    kwargs,
    describe({ keywords = [], avoid = [], times = 1, any, each }) {
      const list = (words: readonly string[], how: string): string =>
        words.map((word) => `"${word}"`).join(` ${how} `);
      const wanted = keywords.length > 0 && `contains ${list(keywords, any ? "or" : "and")}${often(times)}`;
      const unwanted = avoid.length > 0 && `does not contain ${list(avoid, "or")}`;
      const said = [wanted, unwanted].filter(Boolean).join(" and ") || "contains what the constraint names";
      return `${each === undefined ? "The response" : `Each ${each || "part"}`} ${said}.`;
    },
    follows(response, rule) {
      if (rule.each === undefined) return holdsIn(response, rule);
      const elements = searchedElements(response, rule.each);
      return elements.length > 0 && elements.every((element) => holdsIn(element, rule));
    },
  }),
  parse,
);

const often = (times: number): string => (times === 1 ? "" : ` at least ${times} times`);

function holdsIn(text: string, rule: Rule): boolean {
  const { keywords = [], avoid = [], times = 1, conditions = [] } = rule;
  const occurs = (keyword: string): boolean => countKeyword(text, keyword) >= times;
  const firstLetters = splitSpace(text).map((token) => token[0]);
  return (
    (rule.any ? keywords.some(occurs) : keywords.every(occurs)) &&
    avoid.every((keyword) => countKeyword(text, keyword) === 0) &&
    conditions.every(
      ({ topics, keyword }) => !topics.some((topic) => text.includes(topic)) || text.includes(keyword),
    ) &&
    within(splitSpace(text).length, { min: rule.min_words, max: rule.max_words }) &&
    (!rule.ends_with_period || strip(text).endsWith(".")) &&
    (!rule.capitalized || firstLetters.every((letter) => /[\p{Lu}\p{Lt}]/u.test(letter)))
  );
}

function parse(constraint: string): Rule {
  const conditions = [
    ...constraint.matchAll(/if discussing ([^,]+), *the \w+ must include the keyword ["']([^"']+)["']/gi),
  ];
  if (conditions.length > 0)
    return { conditions: conditions.map(([, topic, keyword]) => ({ topics: wordings(topic), keyword })) };

  const quoted = quotedIn(constraint).map((keyword) => keyword.replace(/(?<=.)[.,;]$/, ""));
  const rest = quoted.reduce((text, keyword) => text.replace(keyword, ""), constraint);
  const words = parseBounds(rest, "words?");
  const single = /is a single word/i.test(rest);
  return {
    ...dividedByWish(constraint, quoted),
    times: timesOf(rest),
    any: /\bor\b/i.test(rest) && quoted.length > 1 ? true : undefined,
    each: /\b(?:each|every)\b(?! word\b)/i.test(rest) ? targetOf(constraint) : undefined,
    min_words: single ? 1 : words.min,
    max_words: single ? 1 : words.max,
    ends_with_period: /(?:end|conclude)s? with (?:a )?period/i.test(rest) ? true : undefined,
    capitalized: /capitalized letters for each word/i.test(rest) ? true : undefined,
  };
}

/** Which of the quoted words are wanted, and which are not. */
function dividedByWish(constraint: string, quoted: readonly string[]): Pick<Rule, "keywords" | "avoid"> {
  const listed = (some: readonly string[]): string[] | undefined => (some.length > 0 ? [...some] : undefined);
  if (/avoid using|must be avoided|must not (?:include|contain|use)/i.test(constraint))
    return { avoid: listed(quoted) };
  const from = constraint.search(/\bavoids? the (?:key)?words?\b/i);
  if (from < 0) return { keywords: listed(quoted) };
  const unwanted = quotedIn(constraint.slice(from));
  return { keywords: listed(quoted.filter((word) => !unwanted.includes(word))), avoid: listed(unwanted) };
}

function timesOf(constraint: string): number | undefined {
  if (/multiple times/i.test(constraint) || /at least twice/i.test(constraint)) return 2;
  const match = new RegExp(`at least (${numberSource}) times?`, "i").exec(constraint);
  return match === null ? undefined : parseNumber(match[1].toLowerCase());
}

/** What follows "each" or "every", up to the verb. */
const targetOf = (constraint: string): string =>
  (
    /\b(?:each|every)\s+([^,.]+?)\s+(?:must|should|needs? to|has to|includes?|contains?|incorporates?|explicitly)\b/i.exec(
      constraint,
    )?.[1] ?? ""
  ).toLowerCase();

/** "California housing/property laws" is about "California housing laws" and "California property laws". */
function wordings(topic: string): string[] {
  const match = /^(.*\s)?(\S+?)\/(\S+)(\s.*)?$/.exec(topic);
  if (match === null) return [topic];
  const [, before = "", first, second, after = ""] = match;
  return [first, second].map((word) => before + word + after);
}
