import { describe, expect, test } from "vitest";
import { gradeByCode } from "../rubric/code_grader";
import { loadRegistry } from "../rubric/verifiers/all";
import { englishRegistry } from "../rubric/verifiers/registry";
import { longestTaskFile, parseTaskFile, readTaskFile } from "./task_file";
import { tellProblem } from "./task_files/problem";
import { readTaskLines, taskLines } from "./task_lines";
import { health, ifeval, lines, muldimif, own } from "./testing/task_records";

/** With every verifier there is. */
const full = await loadRegistry();

const parse = (...records: unknown[]) => parseTaskFile(lines(...records), englishRegistry);
const read = (text: string) => readTaskFile(text, englishRegistry);
const told = (text: string) => read(text).problems.map(tellProblem);
const keys = (text: string) => read(text).tasks.map(({ id }) => id);

describe("IFEval records", () => {
  test("become tasks with one described item an instruction", () => {
    const [task] = parse({
      ...ifeval,
      instruction_id_list: ["punctuation:no_comma", "keywords:frequency"],
      kwargs: [{ keyword: null }, { keyword: "key", frequency: 2.0, relation: "at least", num_words: null }],
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

  test("IFBench's have text keys, numbers with a fraction of none, and null for what does not apply", () => {
    const record = `{"key": "0", "prompt": "p", "instruction_id_list": ["x:y"], "kwargs": [{"N": 5.0, "m": null}]}`;
    const [{ id, rubric }] = parse(record);
    expect([id, rubric[0].check]).toEqual(["0", { by: "code", verifier: "x:y", kwargs: { N: 5 } }]);
  });
});

describe("rubric records", () => {
  test("are read, with a file's other habits: a byte order mark, Windows line ends, blank lines, more fields", () => {
    const record = { ...own, note: 1, rubric: [{ text: "Names a dose.", weight: 2 }] };
    expect(parse(`\ufeff${JSON.stringify(record)}\r`, "", ifeval)).toEqual([
      {
        id: "a",
        prompt: "Explain.",
        rubric: [{ text: "Names a dose.", weight: 2, polarity: "want", check: { by: "judge" } }],
      },
      expect.objectContaining({ id: "1000" }),
    ]);
  });

  test("may bring written responses, which a run's copy keeps", () => {
    const written = { reference: "Two tablets.", rejected: "Take some." };
    const tasks = parse(
      { ...own, ...written },
      { ...own, key: "b", reference: "One." },
      { ...own, key: "c" },
    );
    expect(tasks.map(({ reference, rejected }) => [reference, rejected])).toEqual([
      ["Two tablets.", "Take some."],
      ["One.", undefined],
      [undefined, undefined],
    ]);
    expect(readTaskLines(taskLines(tasks))).toEqual(tasks);
    expect(parseTaskFile(taskLines(tasks), englishRegistry)).toEqual(tasks);
    expect(told(lines({ ...own, reference: "" }))).toEqual([expect.stringContaining("reference")]);
  });

  test("must name verifiers that exist; the cure names those of the group, or the groups", () => {
    const misspelt = (verifier: string) => ({
      ...own,
      rubric: [{ text: "t", check: { by: "code", verifier, kwargs: {} } }],
    });
    const { problems } = read(lines(misspelt("keywords:existance")));
    expect(problems).toMatchObject([{ code: "VERIFIER_UNKNOWN", line: 1, field: "rubric.0.check.verifier" }]);
    expect(problems[0].cure).toContain("keywords:existence, ");
    expect(problems[0].cure).not.toContain("punctuation");
    expect(read(lines(misspelt("comma"))).problems[0].cure).toContain("punctuation:…");
    expect(() => parse(misspelt("keywords:existance"))).toThrow(
      expect.objectContaining({ code: "VERIFIER_UNKNOWN" }),
    );
  });

  test("what a run writes of its tasks is read back", () => {
    const tasks = parse(own, ifeval, health);
    expect(parseTaskFile(taskLines(tasks), englishRegistry)).toEqual(tasks);
  });
});

describe("HealthBench records", () => {
  test("are weighted items for a judge; negative points are pitfalls", () => {
    const check = { by: "judge" };
    expect(parse(health)).toEqual([
      {
        id: "h",
        prompt: "I cough.",
        rubric: [
          { text: "Asks how long.", weight: 7, polarity: "want", check },
          { text: "States that it is nothing.", weight: 5, polarity: "avoid", check },
        ],
      },
    ]);
  });

  test("without an id take the prompt as key", () => {
    expect(parse({ ...health, prompt_id: undefined, prompt: "I cough." })[0].id).toBe("I cough.");
  });

  test.each([
    ["several turns", ["user", "assistant", "user"], "a conversation (user, assistant, user)"],
    ["a system prompt", ["system", "user"], "a conversation (system, user)"],
    ["no message of the user", ["assistant"], "a conversation (assistant)"],
  ])("with %s are refused, not cut down", (_, roles, what) => {
    const prompt = roles.map((role) => ({ role, content: "Words." }));
    expect(told(lines({ ...health, prompt }))).toEqual([expect.stringContaining(`Line 1, prompt: ${what}`)]);
  });
});

describe("MulDimIF records", () => {
  const itemsOf = (...constraints: [string, string, string][]) =>
    parse({ ...muldimif, constraints })[0].rubric;

  test("have one item a constraint, in the constraint's own words, decided by its family's verifier", () => {
    const [task] = parseTaskFile(JSON.stringify(muldimif), full);
    expect([task.id, task.prompt]).toEqual(["7", "Tell me."]);
    const [{ text, weight, polarity, check }] = task.rubric;
    expect([text, weight, polarity]).toEqual([muldimif.constraints[0][2], 1, "want"]);
    expect(check).toMatchObject({ by: "code", verifier: "muldimif:length_words" });
    const grade = (response: string) => gradeByCode(full, task.rubric[0], response).status;
    expect([grade("word ".repeat(150)), grade("word ".repeat(151))]).toEqual(["satisfied", "unmet"]);
  });

  test("leave to a judge what no family knows or understands, whatever the labels are called", () => {
    const items = itemsOf(
      ["Tone", "Warm", "Be kind"],
      ["Format", "Text", "Hum"],
      ["constructor:", "", "x"],
      ["__proto__:", "", "x"],
    );
    expect(items.map(({ check }) => check.by)).toEqual(["judge", "judge", "judge", "judge"]);
  });
});

describe("layouts", () => {
  const records = [ifeval, own, muldimif, health];
  const all = ["1000", "a", "7", "h"];
  const document = { $schema: "./task-file.schema.json", about: { tasks: [] }, tasks: records };

  test.each([
    ["one object a line", lines(...records)],
    ["a list", JSON.stringify(records)],
    ["a list over several lines", JSON.stringify(records, null, 2)],
    ["a document", JSON.stringify(document)],
    ["a document over several lines", `\n${JSON.stringify(document, null, 2)}\n`],
    [
      "a document with one record a line",
      `{"tasks": [\n${records.map((r) => JSON.stringify(r)).join(",\n")}\n]}`,
    ],
  ])("%s", (_, text) => {
    expect(told(text)).toEqual([]);
    expect(keys(text)).toEqual(all);
  });

  test("one record alone, over several lines", () => {
    expect(keys(JSON.stringify(own, null, 2))).toEqual(["a"]);
  });

  test("in a document, too, problems name their record's line, and the good ones are kept", () => {
    const text = JSON.stringify([own, { ...own, key: "b", prompt: 7 }, health, "stray"], null, 2);
    const lineOf = (sign: string) => text.slice(0, text.indexOf(sign)).split("\n").length;
    expect(told(text)).toEqual([
      `Line ${lineOf('"b"') - 1}, prompt: Invalid input: expected string, received number`,
      `Line ${lineOf('"stray"')}: it is no JSON object`,
    ]);
    expect(keys(text)).toEqual(["a", "h"]);
  });

  test("a forgotten quotation mark spoils its record only, in lines and in documents", () => {
    const bad = '{"key": "x", "prompt": "p, "rubric": [{"text": "t"}]}';
    expect(told(lines(bad, own))).toEqual(["Line 1: it is not JSON"]);
    expect(keys(lines(bad, own, health))).toEqual(["a", "h"]);
    const document = `{"tasks": [\n${JSON.stringify(own)},\n${bad},\n${JSON.stringify(health)}]}`;
    expect(told(document)).toEqual(["Line 3: it is not JSON"]);
    expect(keys(document)).toEqual(["a", "h"]);
  });

  test("a bracket too few, over several lines: the records after it are found by their indentation", () => {
    const whole = JSON.stringify({ tasks: [own, { ...own, key: "b" }, health] }, null, 2);
    const at = whole.indexOf("]", whole.indexOf('"b"'));
    expect(keys(whole.slice(0, at) + whole.slice(at + 1))).toEqual(["a", "h"]);
    expect(told(whole.slice(0, at) + whole.slice(at + 1))).toEqual(["Line 12: it is not JSON"]);
  });

  test("all on one line: what comes after a broken record is not read, and that is told", () => {
    const text = `{"tasks": [${JSON.stringify(own)}, {"key": b}, ${JSON.stringify(health)}]}`;
    expect(keys(text)).toEqual(["a"]);
    expect(told(text)).toEqual(["Line 1: it is not JSON, and no record after it can be made out"]);
  });

  test.each([
    ["a comma too few", `[${JSON.stringify(own)}\n${JSON.stringify(health)}]`],
    ["no closing bracket", `{"tasks": [${JSON.stringify(own)},\n${JSON.stringify(health)}`],
    ["something after it", `[${JSON.stringify(own)},\n${JSON.stringify(health)}] and more`],
  ])("%s: the tasks are read, and the document is told not to be JSON", (_, text) => {
    expect(keys(text)).toEqual(["a", "h"]);
    expect(told(text)).toEqual(["Line 2: the document around the records is not JSON"]);
  });

  test("a file that was cut off", () => {
    const text = JSON.stringify({ tasks: records }, null, 2);
    expect(keys(text.slice(0, -40))).toEqual(all.slice(0, -1));
    expect(told(text.slice(0, -40))).toEqual([
      expect.stringMatching(/^Line \d+: it is not JSON, and no record/),
    ]);
    const cut = lines(...records).slice(0, -40);
    expect(keys(cut)).toEqual(all.slice(0, -1));
    expect(told(cut)).toEqual(["Line 4: it is not JSON"]);
  });
});

test.each([
  ["no JSON", ["{"], "Line 1: it is not JSON"],
  ["no object", ["7"], "Line 1: it is no JSON object"],
  [
    "no kind that is known",
    [{ key: 1, prompt: "p" }],
    "Line 1: it has none of the fields instruction_id_list",
  ],
  ["a missing prompt", [ifeval, { ...ifeval, key: 2, prompt: undefined }], "Line 2, prompt: it is missing"],
  ["a key of another type", [{ ...ifeval, key: {} }], "key: it must be a text or a whole number"],
  ["too few parameters", [{ ...ifeval, kwargs: [] }], "kwargs: 0 entries for 1 instruction"],
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
    "rubric.0.check.kwargs.keywords: it is missing",
  ],
  [
    "points of nothing",
    [{ ...health, rubrics: [{ criterion: "c", points: 0 }] }],
    "rubrics.0.points: it must not be 0",
  ],
  ["a constraint that is none", [{ ...muldimif, constraints: [["Length"]] }], "constraints.0"],
  ["a key twice", [ifeval, "", ifeval], "Line 3, key: 1000 occurs twice"],
  ["nothing", ["", " "], "The file holds no task"],
  [
    "an endless nest",
    [ifeval, `{"rubric": ${"[".repeat(1e5)}${"]".repeat(1e5)}}`],
    "Line 2: it nests deeper than",
  ],
])("refuses %s, saying where", (_, records, what) => {
  expect(() => parse(...records)).toThrow(expect.objectContaining({ code: "TASK_INVALID" }));
  expect(() => parse(...records)).toThrow(what);
});

test("every fault of a record is told, with a cure each", () => {
  const { problems } = read(lines({ key: "", prompt: 7, rubric: [{ text: "" }, { text: "t", wieght: 1 }] }));
  expect(problems.map(({ field }) => field)).toEqual(["key", "prompt", "rubric.0.text", "rubric.1"]);
  expect(problems.every(({ cure }) => cure.length > 10)).toBe(true);
});

test("a file that is too long is not read at all", () => {
  expect(told(" ".repeat(longestTaskFile + 1))).toEqual([
    expect.stringContaining("at most 50000000 are read"),
  ]);
});

test("a file of something else: a thousand problems are told, and the rest is counted", () => {
  const { problems, skipped, tasks } = read("nonsense\n".repeat(20_000));
  expect([problems.length, skipped, tasks.length]).toEqual([1000, 20_000, 0]);
});
