import * as z from "../../../zod";
import { defineVerifier, phrase } from "../verifier";
import { family } from "./family";
import { quotedIn } from "./text";

/**
 * Characters of the two-byte encoding's area of common characters: GB 2312 holds the simplified forms, Big5 the
 * traditional ones, and what both hold is neither. The browser's and Node's decoders are the tables.
 */
function charactersOf(
  encoding: "gbk" | "big5",
  first: [number, number],
  second: [number, number][],
): Set<string> {
  const bytes: number[] = [];
  for (let lead = first[0]; lead <= first[1]; lead++)
    for (const [from, to] of second) for (let trail = from; trail <= to; trail++) bytes.push(lead, trail);
  return new Set(new TextDecoder(encoding).decode(new Uint8Array(bytes)));
}

interface Forms {
  readonly simplified: ReadonlySet<string>;
  readonly traditional: ReadonlySet<string>;
}

let known: Forms | undefined;

function forms(): Forms {
  if (known) return known;
  const gb = charactersOf("gbk", [0xb0, 0xf7], [[0xa1, 0xfe]]);
  const trails: [number, number][] = [
    [0x40, 0x7e],
    [0xa1, 0xfe],
  ];
  const big5 = new Set([
    ...charactersOf("big5", [0xa4, 0xc5], trails),
    ...charactersOf("big5", [0xc9, 0xf9], trails),
  ]);
  const without = (some: ReadonlySet<string>, others: ReadonlySet<string>): Set<string> =>
    new Set([...some].filter((character) => !others.has(character)));
  known = { simplified: without(gb, big5), traditional: without(big5, gb) };
  return known;
}

/**
 * The form of the Chinese characters in a response: that some are of the form, or that none is of the other one and
 * no Latin letter occurs (Ye et al., 2025, and its evaluation code, which asks a converter; here a form is simplified
 * when GB 2312 has it and Big5 has not, and the other way round).
 */
export const languageChinese = family(
  defineVerifier({
    id: "muldimif:language_chinese",
    decidesBlank: true,
    kwargs: {
      form: z.optional(z.enum(["simplified", "traditional"])),
      entirely: z.optional(z.literal(true)),
      phrase: z.optional(phrase),
    },
    describe: ({ form = "any", entirely, phrase: wanted }) =>
      wanted === undefined
        ? `The response ${entirely ? "is entirely in" : "has"} ${form} Chinese characters.`
        : `The response contains "${wanted}".`,
    follows(response, rule) {
      if (rule.phrase !== undefined) return response.includes(rule.phrase);
      if (rule.form === undefined) return false;
      const other = rule.form === "simplified" ? "traditional" : "simplified";
      if (rule.entirely) return !/[A-Za-z]/.test(response) && !has(response, forms()[other]);
      return has(response, forms()[rule.form]);
    },
  }),
  (constraint) => {
    const [wanted] = /must include the phrase/i.test(constraint) ? quotedIn(constraint) : [];
    if (wanted !== undefined) return { phrase: wanted };
    const entirely = /(?:use|convert(?:ed)? into) Traditional|translate the text into Simplified/i.test(
      constraint,
    );
    const traditional =
      /traditional chinese|繁體|繁体/i.test(constraint) && !/not traditional/i.test(constraint);
    const simplified = /simplified|简体|中文简体|簡體/i.test(constraint);
    const form =
      traditional && !/simplified chinese,/i.test(constraint)
        ? "traditional"
        : simplified
          ? "simplified"
          : undefined;
    return { form, entirely: form !== undefined && entirely ? true : undefined };
  },
);

function has(text: string, characters: ReadonlySet<string>): boolean {
  for (const character of text) if (characters.has(character)) return true;
  return false;
}
