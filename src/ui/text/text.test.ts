import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explainToken, logitFormula } from "./explain_token";
import { explainDiffusion, explainTransfer } from "./explain_update";
import { tokenDiff } from "./token_diff";
import { plainText, tokenLabel, tokenPieces } from "./token_pieces";
import { wordDiff, wordsOf } from "./word_diff";

describe("word diff", () => {
  const show = (before: string, after: string) =>
    wordDiff(wordsOf(before), wordsOf(after)).map(
      ({ kind, words }) => `${{ same: "", inserted: "+", removed: "-" }[kind]}${words.join(" ")}`,
    );

  test("inserts and removes the fewest words", () => {
    expect(show("The fox ran.", "<<The fox>>\nThe fox ran.")).toEqual(["+<<The fox>> \n", "The fox ran."]);
    expect(show("The red fox ran off.", "The old fox ran.")).toEqual([
      "The",
      "-red",
      "+old",
      "fox",
      "-ran off.",
      "+ran.",
    ]);
    expect(show("", "a b")).toEqual(["+a b"]);
    expect(show("a b", "a b")).toEqual(["a b"]);
  });

  test("leads from any text to any other", () => {
    const words = fc.array(fc.constantFrom("a", "b", "c", "\n", "\ud800"), { maxLength: 30 });
    fc.assert(
      fc.property(words, words, (before, after) => {
        const parts = wordDiff(before, after);
        const keep = (kind: string) =>
          parts.filter((part) => part.kind !== kind).flatMap((part) => part.words);
        expect(keep("removed")).toEqual(after);
        expect(keep("inserted")).toEqual(before);
      }),
    );
  });

  test("texts of a megabyte do not hold the page up", () => {
    const [before, after] = ["x ".repeat(500_000), "y ".repeat(500_000)].map(wordsOf);
    const started = performance.now();
    expect(wordDiff(before, after)).toHaveLength(2);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test("marks the tokens of inserted words, and where words are missing", () => {
    const { inserted, removed } = tokenDiff("The red fox ran off", [
      "The",
      " ",
      "ol",
      "d",
      " fox",
      " ran",
      "",
    ]);
    expect(inserted).toEqual([false, false, true, true, false, false, false]);
    expect([...removed]).toEqual([
      [2, "red"],
      [7, "off"],
    ]);
  });
});

describe("tokens", () => {
  test("spaces, line breaks, escapes and backslashes are told apart", () => {
    expect(tokenPieces("␣fox")).toEqual([{ kind: "space" }, { kind: "text", text: "fox" }]);
    expect(tokenPieces("\\n")).toEqual([{ kind: "newline" }]);
    expect(tokenPieces("\\\\n")).toEqual([
      { kind: "text", text: "\\" },
      { kind: "text", text: "n" },
    ]);
    expect(tokenPieces("\\xE4\\u200b")).toEqual([
      { kind: "escape", text: "\\xE4" },
      { kind: "escape", text: "\\u200b" },
    ]);
    expect(plainText("␣a\\nb")).toBe(" a\nb");
    expect(["␣fox", "␣", "\\n", "a".repeat(40)].map((token) => tokenLabel(token))).toEqual([
      "fox",
      "space",
      "new line",
      `${"a".repeat(13)}…`,
    ]);
  });

  test("any string is taken", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => void [tokenPieces(text), tokenLabel(text)]),
    );
  });

  test("the line of a token, and the formula of a logit", () => {
    const facts = { position: 7, where: "response 3", p: 0.0612, coefficient: 0.0123, advantage: 0.871 };
    expect(explainToken(facts)).toBe(
      "token 7 of response 3: c = +0.0123 (A = +0.87), p = 0.061; its logit gets c(1 − p) = +0.0115, each other −c·p",
    );
    expect(explainToken({ ...facts, ratio: 1, weight: 0.25 })).toContain(
      "p = 0.061, ρ = 1, ρ·f′(ρ) = 0.25; its",
    );
    expect(explainToken({ ...facts, coefficient: null, advantage: null })).toContain("no gradient so far");
    expect(explainToken({ ...facts, coefficient: null, advantage: 0 })).toContain("A = 0");
    expect(logitFormula(0.5, 0.2, true)).toBe("c(1 − p) = +0.5 × (1 − 0.200) = +0.4");
    expect(logitFormula(0.5, 0.2, false)).toBe("−c·p = −(+0.5) × 0.200 = −0.1");
  });
});

describe("the update", () => {
  const flows = {
    positiveSampled: 1,
    positiveUnsampled: -1,
    negativeSampled: -1,
    negativeUnsampled: 1,
    diffusedOver: 4.83,
  };
  const of = (all: typeof flows | (Omit<typeof flows, "diffusedOver"> & { diffusedOver: null })) => ({
    all,
    rollouts: all,
    revisions: all,
  });

  test("where the diffused mass goes", () => {
    expect(explainDiffusion({ flows: of(flows), desiredShare: { share: 0.23, coverage: 0.41 } })).toBe(
      "Of the mass pushed off failed tokens, 23\u202f% lands where a better response of the group goes (positions covered: 41\u202f%); it spreads over about 4.8 tokens.",
    );
    expect(explainDiffusion({ flows: of(flows), desiredShare: { share: null, coverage: 0 } })).toContain(
      "no better response shares a prefix",
    );
    expect(explainDiffusion({ flows: of({ ...flows, diffusedOver: null }), desiredShare: null })).toBeNull();
    expect(explainDiffusion({ flows: null, desiredShare: null })).toBeNull();
  });

  test("what transfers", () => {
    expect(explainTransfer({ gap: 0.45, changeWith: 0.0213, changeWithout: -0.7 })).toBe(
      "Seeing what was missed makes a revision's token 0.45 nats likelier. This update made a whole revision 0.021 nats likelier with the hindsight in view, and 0.7 nats less likely without it.",
    );
    expect(explainTransfer(null)).toBeNull();
  });
});
