import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readAnswer } from "./answer";
import { isQuoted, supported } from "./evidence";
import { majority } from "./votes";

const ids = ["ab12cd-1", "ab12cd-2"];
const entry = (id: string, present: unknown, more = {}) => ({ id, present, ...more });
const json = (...items: unknown[]) => JSON.stringify({ items });
const whole = json(entry(ids[0], true), entry(ids[1], false));
const presents = (text: string) => readAnswer(text, ids).map(({ present }) => present);

describe("an answer", () => {
  test.each([
    ["bare", whole],
    ["fenced", `\`\`\`json\n${whole}\n\`\`\``],
    ["amid prose with braces", `So {here} it is: ${whole} {done}`],
    ["after thoughts", `<think>${whole} ${whole}</think>${whole}`],
    ["after thoughts whose beginning is not shown", `Maybe ${whole}?</think>${whole}`],
    ["in another order", json(entry(ids[1], false), entry(ids[0], true))],
    ["beside an entry of another id", json(entry(ids[0], true), entry("x-9", true), entry(ids[1], false))],
    ["said twice alike", json(entry(ids[0], true), entry(ids[1], false), entry(ids[0], true))],
    ["beside an object that is no answer", `{"mood": "fine"} ${whole}`],
    ["beside an answer with made-up ids", `${json(entry("1", true), entry("2", true))} ${whole}`],
  ])("%s is read", (_, text) => {
    expect(presents(text)).toEqual([true, false]);
  });

  test.each([
    ["empty", ""],
    ["prose", "Both items are there: true, true."],
    ["two answers", `${whole} ${whole}`],
    ["cut", whole.slice(0, -3)],
    ["unended thoughts", `<think>${whole}`],
    ["a list", `[${json(entry("1", true))}]`],
    ["wrapped", JSON.stringify({ result: { items: [entry(ids[0], true), entry(ids[1], true)] } })],
    ["numbers for ids", json(entry("1", true), entry("2", true))],
    ["words for verdicts", json(entry(ids[0], "true"), entry(ids[1], 1))],
    ["a score", '{"score": 1}'],
  ])("%s decides nothing", (_, text) => {
    const answers = readAnswer(text, ids);
    expect(answers.map(({ present }) => present)).toEqual([null, null]);
    for (const answer of answers) expect(answer.reason).toMatch(/^the judge/);
  });

  test("one bad entry leaves the others alone", () => {
    expect(presents(json(entry(ids[1], true)))).toEqual([null, true]);
    expect(presents(json(entry(ids[0], true), entry(ids[1], true), entry(ids[0], false)))).toEqual([
      null,
      true,
    ]);
    expect(presents(json(entry(ids[0], null), entry(ids[1], true)))).toEqual([null, true]);
    expect(presents(json(entry(ids[0], true, { reason: 5 }), entry(ids[1], true)))).toEqual([null, true]);
    expect(presents(json(null, 7, "x", entry(ids[1], true)))).toEqual([null, true]);
  });

  test("keeps reasons and evidence, cut", () => {
    const [answer] = readAnswer(
      json(entry(ids[0], true, { reason: " Why. ", evidence: "x".repeat(9999) })),
      ids,
    );
    expect(answer).toMatchObject({ reason: "Why." });
    expect((answer as { evidence: string }).evidence).toHaveLength(2000);
  });

  test("never throws, on any text, and takes no long time", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => readAnswer(text, ids).length === 2));
    for (const text of [
      "{".repeat(500_000),
      '{"'.repeat(300_000),
      "<think>".repeat(100_000),
      "}{".repeat(300_000),
    ]) {
      const started = performance.now();
      expect(presents(text)).toEqual([null, null]);
      expect(performance.now() - started).toBeLessThan(3000);
    }
  });
});

describe("evidence", () => {
  const response = "The red fox\n  ran to “the lake”.";

  test("is quoted up to case, spaces and quotation marks", () => {
    for (const quote of ["red fox", "RED  FOX ran", '"the red fox"', 'to "the lake"', "“red fox”", "."])
      expect(isQuoted(quote, response)).toBe(true);
    for (const quote of ["", " ", '""', "blue fox", "fox red", "The red … lake", "redfox"])
      expect(isQuoted(quote, response)).toBe(false);
  });

  test("is found in what was escaped for the judge", () => {
    expect(isQuoted("<<<b>>>", "a <<<b>>> c")).toBe(true);
    expect(isQuoted("‹‹‹b›››", "a <<<b>>> c")).toBe(true);
  });

  test("is asked of presence alone", () => {
    expect(supported({ present: true, evidence: "red fox" }, response).present).toBe(true);
    expect(supported({ present: true, evidence: "an owl" }, response)).toMatchObject({ present: null });
    expect(supported({ present: true }, response)).toMatchObject({ present: null, failure: "evidence" });
    expect(supported({ present: false }, response).present).toBe(false);
  });
});

test("the majority decides; what is undecided does not count; a tie is undecided", () => {
  const [yes, no] = [{ present: true, reason: "y" } as const, { present: false } as const];
  const open = { present: null, reason: "no answer", failure: "answer" } as const;
  expect(majority([no, yes, yes])).toBe(yes);
  expect(majority([open, no, open])).toBe(no);
  expect(majority([open, open, open])).toBe(open);
  expect(majority([yes, open, no])).toMatchObject({
    present: null,
    reason: expect.stringContaining("1 to 1") as string,
  });
});
