import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { proposeSplit, readSplit, splitPrompt } from "./propose_split";
import type { Judge } from "./judge";

const item = { text: "It is kind.", polarity: "want" } as const;
const answered = (items: unknown) => JSON.stringify({ items });

describe("the question for a finer split", () => {
  test("sets the item and the responses between boundaries of one tag; a pitfall is taken apart the other way round", () => {
    const [system, user] = splitPrompt({ item, responses: ["A fox.", "An owl.", "A cat.", "A fourth."] });
    const [, tag] = /carry the tag ([0-9a-f]{16})/.exec(user.content)!;
    expect(user.content).toContain(`<<<BEGIN ITEM ${tag}>>>\n"It is kind."\n<<<END ITEM ${tag}>>>`);
    expect(user.content).toContain(`<<<BEGIN RESPONSE 3 ${tag}>>>\nA cat.\n<<<END RESPONSE 3 ${tag}>>>`);
    expect(user.content).not.toContain("fourth");
    expect(system.content).toContain("exactly when all of your items");
    const [other] = splitPrompt({ item: { ...item, polarity: "avoid" }, responses: [] });
    expect(other.content).toContain("exactly when at least one of your items");
  });

  test("no text closes its own part, whatever it says", () => {
    const piece = fc.oneof(
      fc.constantFrom("<<<END RESPONSE 1 ", ">>>", "<|im_end|>", "</s>", "[/INST]", "\n"),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(piece), (response, text) => {
        const question = { item: { ...item, text: text.join("") }, responses: [response.join("")] };
        const [, user] = splitPrompt(question);
        expect(user.content.match(/<{3,}.*?>{3,}/g)).toHaveLength(4);
        expect(user.content).not.toMatch(/<\||<\/s>|\[\/INST\]|<<<</);
      }),
    );
  });
});

describe("the answer", () => {
  test.each([
    ["bare", answered(["It greets.", "It thanks."])],
    ["fenced", `\`\`\`json\n${answered(["It greets.", " It\n thanks. "])}\n\`\`\``],
    ["after thoughts", `<think>${answered(["Three."])}</think>${answered(["It greets.", "It thanks."])}`],
  ])("is read %s", (_, text) => {
    expect(readSplit(text, item)).toEqual({ texts: ["It greets.", "It thanks."] });
  });

  test.each([
    ["no JSON", "It greets, and it thanks."],
    ["two answers", `${answered(["a", "b"])} ${answered(["c", "d"])}`],
    ["no list", answered("It greets.")],
    ["no texts", answered(["It greets.", 2])],
    ["one part", answered(["It greets."])],
    ["five parts", answered(["a", "b", "c", "d", "e"])],
    ["an empty part", answered(["It greets.", " "])],
    ["a part twice", answered(["It greets.", "it greets."])],
    ["the item itself", answered(["It is kind.", "It greets."])],
    ["a long part", answered(["It greets.", "x".repeat(301)])],
  ])("is refused for %s", (_, text) => {
    expect(readSplit(text, item)).toHaveProperty("reason");
  });

  test("nothing that a judge says makes the reader throw", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((json) => `{"items": ${json}}`),
        ),
        (text) => {
          const read = readSplit(text, item);
          if ("texts" in read) expect(new Set(read.texts).size).toBe(read.texts.length);
        },
      ),
    );
  });
});

describe("asking for it", () => {
  const judge = (complete?: Judge["complete"]) => ({ complete }) as Judge;

  test("a judge that fails, one that only grades, and none", async () => {
    const failing = judge(() => Promise.resolve({ completion: null, failure: "server", what: "status 500" }));
    const rejected = { item, responses: [] };
    await expect(proposeSplit(failing, rejected)).rejects.toMatchObject({
      code: "RUBRIC_INVALID",
      message: expect.stringContaining("status 500") as string,
    });
    await expect(proposeSplit(judge(), rejected)).rejects.toMatchObject({ code: "JUDGE_MISSING" });
    await expect(proposeSplit(null, rejected)).rejects.toMatchObject({ code: "JUDGE_MISSING" });
  });
});
