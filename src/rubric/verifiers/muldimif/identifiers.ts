import * as z from "../../../zod";
import { countMatches } from "../../text/python_text";
import { count, defineVerifier, phrase } from "../verifier";
import { family } from "./family";
import { quotedIn } from "./text";
import { splitSpace } from "../../text/python_words";

const sign = z.enum(["sources_at_end", "cited_sources", "citations", "quotes", "one_line", "anything"]);
const kwargs = {
  starts_with: z.optional(phrase),
  contains: z.optional(z.array(phrase)),
  /** Some word begins with this capital letter. */
  initial: z.optional(z.string().check(z.regex(/^[A-Z]$/))),
  max_characters: z.optional(count),
  max_words: z.optional(count),
  sign: z.optional(sign),
};

type Rule = z.infer<z.ZodMiniObject<typeof kwargs>>;
type Sign = z.infer<typeof sign>;

const sources = (text: string): boolean => {
  const last = text.trimEnd().split("\n").at(-1)!;
  const at = text.lastIndexOf("Sources:");
  return (
    at >= 0 &&
    (last.includes("Sources:") ||
      text
        .slice(at + 8)
        .trim()
        .split("\n").length === 1) &&
    text.slice(at + 8).trim() !== ""
  );
};

const signs: Readonly<Record<Sign, { says: string; holds: (text: string) => boolean }>> = {
  sources_at_end: { says: 'ends with a line of "Sources:"', holds: sources },
  cited_sources: {
    says: "cites its sources by number",
    holds: (text) => sources(text) && /\[\d+\]/.test(text),
  },
  citations: {
    says: "has citations in the text",
    holds: (text) => countMatches(text, /\[\d+\]|\([A-Za-z]{1,99}, \d{4}\)/g) > 0,
  },
  quotes: { says: "has quotations", holds: (text) => /["“”‘’']/.test(text) },
  one_line: { says: "is one paragraph", holds: (text) => !text.includes("\n") },
  anything: { says: "is in full sentences", holds: () => true },
};

/** Beginnings, mentions, citations and other signs in the text (Ye et al., 2025, and its evaluation code). */
export const contentIdentifiers = family(
  defineVerifier({
    id: "muldimif:content_identifiers",
    decidesBlank: true,
    kwargs,
    describe: (rule) => `The response ${wishes(rule).join(" and ") || "has what the constraint names"}.`,
    follows: (response, rule) =>
      Object.keys(rule).length > 0 &&
      (rule.starts_with === undefined ||
        response
          .replace(/^[ #]+/, "")
          .toLowerCase()
          .startsWith(rule.starts_with.toLowerCase())) &&
      (rule.contains ?? []).every((text) => response.includes(text)) &&
      (rule.initial === undefined || new RegExp(`(?<![\\p{L}\\p{N}_])${rule.initial}`, "u").test(response)) &&
      [...response].length <= (rule.max_characters ?? Infinity) &&
      splitSpace(response).length <= (rule.max_words ?? Infinity) &&
      (rule.sign === undefined || signs[rule.sign].holds(response)),
  }),
  parse,
);

const wishes = (rule: Rule): string[] =>
  [
    rule.starts_with !== undefined && `begins with "${rule.starts_with}"`,
    rule.contains && `contains ${rule.contains.map((text) => `"${text}"`).join(" and ")}`,
    rule.initial !== undefined && `has a word that begins with ${rule.initial}`,
    rule.max_characters !== undefined && `has at most ${rule.max_characters} characters`,
    rule.max_words !== undefined && `has at most ${rule.max_words} words`,
    rule.sign && signs[rule.sign].says,
  ].filter((wish) => typeof wish === "string");

function parse(constraint: string): Rule {
  const text = constraint.toLowerCase();
  const [quoted] = quotedIn(constraint);
  const letter = /start with the letter ['"]([a-z])['"]/i.exec(constraint);
  if (letter) return { initial: letter[1].toUpperCase() };
  if (quoted !== undefined && /each example must start/.test(text)) return { contains: [quoted] };
  if (quoted !== undefined && /start|begin/.test(text)) return { starts_with: quoted };
  const mention = /must mention (.+) and (the .+)/i.exec(constraint);
  if (mention) return { contains: [mention[1], mention[2]] };
  if (/short blurb|short and simple/.test(text)) return { max_characters: 200 };
  const words = /maximum of (\d+) words/.exec(text);
  if (words) return { max_words: Number(words[1]) };
  return { sign: signOf(text) };
}

function signOf(text: string): Sign | undefined {
  if (/paragraph long/.test(text)) return "one_line";
  if (/in-text citations/.test(text)) return "citations";
  if (/sources (?:that )?are cited|sources that are cited/.test(text)) return "cited_sources";
  if (/sources must be cited at the end|citing your sources/.test(text)) return "sources_at_end";
  if (/quotes from/.test(text)) return "quotes";
  return /full sentences/.test(text) ? "anything" : undefined;
}
