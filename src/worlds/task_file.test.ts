import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { englishRegistry } from "../rubric/verifiers/registry";
import { parseTaskFile } from "./task_file";

const parse = (...records: unknown[]) =>
  parseTaskFile(
    records.map((record) => (typeof record === "string" ? record : JSON.stringify(record))).join("\n"),
    englishRegistry,
  );

const ifeval = { key: 1000, prompt: "Write.", instruction_id_list: ["punctuation:no_comma"], kwargs: [{}] };

describe("IFEval records", () => {
  test("become tasks with one described item an instruction", () => {
    const [task] = parse({
      ...ifeval,
      instruction_id_list: ["punctuation:no_comma", "keywords:frequency"],
      kwargs: [{ keyword: null }, { keyword: "key", frequency: 2, relation: "at least", num_words: null }],
    });
    expect(task).toEqual({
      id: "1000",
      prompt: "Write.",
      rubric: [
        {
          text: "The response contains no comma.",
          weight: 1,
          polarity: "want",
          check: { by: "code", verifier: "punctuation:no_comma", kwargs: {} },
        },
        {
          text: 'The response contains "key" at least 2 times.',
          weight: 1,
          polarity: "want",
          check: {
            by: "code",
            verifier: "keywords:frequency",
            kwargs: { keyword: "key", frequency: 2, relation: "at least" },
          },
        },
      ],
    });
  });

  test("keep instructions that no verifier can decide", () => {
    const [task] = parse({
      ...ifeval,
      instruction_id_list: ["language:response_language"],
      kwargs: [{ language: "kn" }],
    });
    expect(task.rubric[0].text).toBe(
      'The response follows language:response_language with {"language":"kn"}.',
    );
  });

  test.skipIf(!existsSync("../shared/data/ifeval"))("all 541 published ones are read", () => {
    const tasks = parseTaskFile(
      readFileSync("../shared/data/ifeval/input_data.jsonl", "utf8"),
      englishRegistry,
    );
    expect(tasks).toHaveLength(541);
    expect(tasks.flatMap(({ rubric }) => rubric)).toHaveLength(834);
    const bare = tasks.flatMap(({ id, rubric }) =>
      rubric.flatMap(({ text }) => (text.includes("follows") ? [id] : [])),
    );
    // 31 ask for a language, 25 count words in capitals, two count "letters" that are none.
    expect(bare).toHaveLength(31 + 25 + 2);
  });
});

describe("rubric records", () => {
  test("are read, with a file's other habits: a byte order mark, Windows line ends, blank lines, more fields", () => {
    const record = { key: "a", prompt: "Explain.", note: 1, rubric: [{ text: "Names a dose.", weight: 2 }] };
    expect(parse(`\ufeff${JSON.stringify(record)}\r`, "", ifeval)).toEqual([
      {
        id: "a",
        prompt: "Explain.",
        rubric: [{ text: "Names a dose.", weight: 2, polarity: "want", check: { by: "judge" } }],
      },
      expect.objectContaining({ id: "1000" }),
    ]);
  });

  test("must name verifiers that exist", () => {
    const check = { by: "code", verifier: "keywords:existance", kwargs: {} };
    expect(() => parse({ key: "a", prompt: "p", rubric: [{ text: "t", check }] })).toThrow(
      expect.objectContaining({
        code: "VERIFIER_UNKNOWN",
        message: expect.stringContaining("Line 1") as string,
      }),
    );
  });
});

test.each([
  ["no JSON", ["{"], "Line 1 is no task: it is not JSON"],
  ["no object", ["7"], "neither instruction_id_list nor rubric"],
  ["neither kind", [{ key: 1, prompt: "p" }], "neither instruction_id_list nor rubric"],
  ["a missing prompt", [ifeval, { ...ifeval, key: 2, prompt: undefined }], "Line 2 is no task: prompt: "],
  ["a key of another type", [{ ...ifeval, key: {} }], "key: "],
  ["too few parameters", [{ ...ifeval, kwargs: [] }], "kwargs: 0 entries for 1 instructions"],
  [
    "a bad weight",
    [{ key: 1, prompt: "p", rubric: [{ text: "t", weight: 0 }] }],
    "rubric.0.weight: must be above 0",
  ],
  [
    "bad parameters",
    [
      {
        key: 1,
        prompt: "p",
        rubric: [{ text: "t", check: { by: "code", verifier: "keywords:existence", kwargs: {} } }],
      },
    ],
    "rubric.0.check.kwargs.keywords: ",
  ],
  ["a key twice", [ifeval, "", ifeval], "Line 3 is no task: key: 1000 occurs twice"],
  ["nothing", ["", " "], "The file holds no task"],
])("refuses %s, saying where", (_, records, what) => {
  expect(() => parse(...records)).toThrow(expect.objectContaining({ code: "TASK_INVALID" }));
  expect(() => parse(...records)).toThrow(what);
});
