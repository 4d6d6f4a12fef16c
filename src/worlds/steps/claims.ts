/*
 * What a text claims, as far as code can read it: equations of two numbers, comparisons, which number is taken, and the
 * answer. Everything else in a text claims nothing.
 */
import { resultOf, type Calculation } from "./problem";

export type Claim =
  | ({ readonly kind: "equation"; readonly result: number } & Calculation)
  | { readonly kind: "comparison"; readonly large: number; readonly small: number }
  | { readonly kind: "take"; readonly number: number }
  | { readonly kind: "answer"; readonly number: number };

/** A claim as solutions write it. */
export function tellClaim(claim: Claim): string {
  switch (claim.kind) {
    case "equation":
      return `${claim.left}${claim.sign}${claim.right}=${claim.result}`;
    case "comparison":
      return `${claim.large}>${claim.small}`;
    case "take":
      return `take ${claim.number}`;
    case "answer":
      return `Answer: ${claim.number}`;
  }
}

// Quantifiers are bounded, so that reading takes time linear in the text.
const number = String.raw`(?<![\d.])(-?\d{1,6})(?!\d|\.\d)`;
const space = String.raw`\s{0,3}`;
const patterns = new RegExp(
  [
    [number, `([+\\-\u2212])`, number, "=", number].join(space),
    [number, "([<>])", number].join(space),
    [String.raw`\btake`, number].join(space),
    [String.raw`\banswer`, "(?:is|[:=])?", number].join(space),
  ].join("|"),
  "giu",
);

/** The claims of a text, in order. */
export function claimsOf(text: string): Claim[] {
  return [...text.matchAll(patterns)].map((found): Claim => {
    const [, left, sign, right, result, first, relation, second, taken, answer] = found;
    if (left !== undefined) {
      const calculation = {
        left: Number(left),
        sign: sign === "+" ? "+" : "-",
        right: Number(right),
      } as const;
      return { kind: "equation", ...calculation, result: Number(result) };
    }
    if (first !== undefined) {
      const [large, small] = relation === ">" ? [first, second] : [second, first];
      return { kind: "comparison", large: Number(large), small: Number(small) };
    }
    return taken !== undefined
      ? { kind: "take", number: Number(taken) }
      : { kind: "answer", number: Number(answer) };
  });
}

/** What a claim is about: two claims about the same thing agree or exclude each other. 7+8 and 8+7 are the same. */
export function subjectOf(claim: Claim): string {
  switch (claim.kind) {
    case "equation": {
      const { left, sign, right } = claim;
      return sign === "+" ? `${Math.min(left, right)}+${Math.max(left, right)}` : `${left}-${right}`;
    }
    case "comparison":
      return [claim.large, claim.small].sort((a, b) => a - b).join(" and ");
    case "take":
    case "answer":
      return claim.kind;
  }
}

/** Whether two claims say the same. */
export const isSameClaim = (one: Claim, other: Claim): boolean =>
  subjectOf(one) === subjectOf(other) && valueOf(one) === valueOf(other);

function valueOf(claim: Claim): number {
  switch (claim.kind) {
    case "equation":
      return claim.result;
    case "comparison":
      return claim.large;
    case "take":
    case "answer":
      return claim.number;
  }
}

/** Whether a claim is false whatever the problem is. */
export function isFalse(claim: Claim): boolean {
  if (claim.kind === "equation") return resultOf(claim) !== claim.result;
  return claim.kind === "comparison" && claim.large <= claim.small;
}

/** The numbers that a claim names. */
export function numbersOf(claim: Claim): number[] {
  switch (claim.kind) {
    case "equation":
      return [claim.left, claim.right, claim.result];
    case "comparison":
      return [claim.large, claim.small];
    case "take":
    case "answer":
      return [claim.number];
  }
}

/** Whether a text states a claim: what it says last about the claim's subject is the claim. */
export function states(text: string, claim: Claim): boolean {
  const subject = subjectOf(claim);
  const last = claimsOf(text).findLast((other) => subjectOf(other) === subject);
  return last !== undefined && isSameClaim(last, claim);
}
