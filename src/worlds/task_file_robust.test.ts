import fc from "fast-check";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadRegistry } from "../rubric/verifiers/all";
import { englishRegistry } from "../rubric/verifiers/registry";
import { parseTaskFile, readTaskFile } from "./task_file";
import { tellProblem } from "./task_files/problem";
import { taskLines } from "./task_lines";
import { health, ifeval, lines, muldimif, own } from "./testing/task_records";

/** With every verifier there is. */
const full = await loadRegistry();
const read = (text: string) => readTaskFile(text, englishRegistry);
const keys = (text: string) => read(text).tasks.map(({ id }) => id);

describe("whatever the text", () => {
  const record = fc.constantFrom(ifeval, own, muldimif, health);
  const value = fc.jsonValue({ maxDepth: 4 });
  const labels = fc.constantFrom(
    "Length",
    "Words",
    "Format",
    "Json",
    "Table",
    "Language",
    "English",
    "Content",
  );
  const free = fc.record({
    ...{ id: fc.string(), conversations: fc.constant(muldimif.conversations) },
    constraints: fc.array(fc.tuple(labels, labels, fc.string({ unit: "binary" })), { minLength: 1 }),
  });
  const bent = fc
    .tuple(
      record,
      fc.constantFrom("key", "id", "prompt", "rubric", "rubrics", "kwargs", "constraints"),
      value,
    )
    .map(([base, field, other]): unknown => ({ ...base, [field]: other }));
  const pieces = fc.constantFrom(
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "\\",
    "tasks",
    "null",
    "\ud800",
    "\0",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join("")),
    fc
      .array(fc.oneof(record, bent, free, value), { maxLength: 5 })
      .chain((records) =>
        fc
          .tuple(
            fc.constantFrom(
              lines(...records),
              JSON.stringify(records),
              JSON.stringify({ tasks: records }, null, 1),
            ),
            fc.nat(400),
            fc.oneof(pieces, fc.constant("")),
          )
          .map(([whole, at, extra]) => whole.slice(0, at) + extra + whole.slice(at + extra.length)),
      ),
  );

  test("reading never throws; it tells tasks, or problems, and the tasks can be kept", () => {
    fc.assert(
      fc.property(text, (text) => {
        const { tasks, problems, skipped } = read(text);
        expect(tasks.length > 0 || problems.length > 0).toBe(true);
        expect(problems.length >= skipped).toBe(true);
        const last = text.split("\n").length;
        expect(problems.every(({ line }) => line >= 0 && line <= last)).toBe(true);
        expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length);
        expect(taskLines(tasks).split("\n")).toHaveLength(tasks.length + 1);
      }),
      { numRuns: 2000 },
    );
  });

  test("a good record after a broken line is kept", () => {
    fc.assert(
      fc.property(
        fc.string().filter((line) => !/[\n\r[{]/.test(line)),
        (line) => {
          expect(keys(`${line}\n${JSON.stringify(own)}`)).toEqual(["a"]);
        },
      ),
    );
  });

  test.each([
    ["brackets", "[".repeat(1e6)],
    ["braces", '{"a":'.repeat(2e5)],
    ["quotation marks", '"'.repeat(1e6)],
    ["an open string", `{"tasks": ["${"\\".repeat(1e6)}`],
    ["commas", `[${",".repeat(1e6)}`],
    ["line ends", "\n".repeat(1e6)],
    ["open objects, line by line", "{\n".repeat(5e5)],
    ["broken records in a list", `[\n${'{"a": [\n'.repeat(1e5)}`],
    ["one long prompt", JSON.stringify({ ...own, prompt: "x".repeat(1e6) })],
  ])("a megabyte of %s takes no long time", (_, text) => {
    const started = performance.now();
    read(text);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe.skipIf(!existsSync("../shared/data/ifeval"))("the published files", () => {
  const published = (name: string) => readFileSync(`../shared/data/${name}`, "utf8");

  test("IFEval: all 541", () => {
    const tasks = parseTaskFile(published("ifeval/input_data.jsonl"), englishRegistry);
    expect(tasks).toHaveLength(541);
    expect(tasks.flatMap(({ rubric }) => rubric)).toHaveLength(834);
    const bare = tasks.flatMap(({ id, rubric }) =>
      rubric.flatMap(({ text }) => (text.includes("follows") ? [id] : [])),
    );
    // 31 ask for a language, 25 count words in capitals, two count "letters" that are none.
    expect(bare).toHaveLength(31 + 25 + 2);
  });

  test("IFBench: 300 and 294, no parameter without a value", () => {
    for (const [name, count] of [
      ["IFBench_test.jsonl", 300],
      ["IFBench_test_2025-07_294.jsonl", 294],
    ] as const) {
      const tasks = parseTaskFile(published(`ifbench/${name}`), englishRegistry);
      expect(tasks).toHaveLength(count);
      const values = tasks.flatMap(({ rubric }) =>
        rubric.flatMap(({ check }) => (check.by === "code" ? Object.values(check.kwargs) : [])),
      );
      expect(values).not.toContain(null);
    }
  });

  test("MulDimIF: 1,200 with 4,180 constraints, all but 18 decided by code", () => {
    const { tasks, problems } = read(published("muldimif/test.json"));
    expect(problems.map(tellProblem)).toEqual([]);
    const checks = tasks.flatMap(({ rubric }) => rubric.map(({ check }) => check));
    expect([tasks.length, checks.length]).toEqual([1200, 4180]);
    expect(checks.filter(({ by }) => by === "judge")).toHaveLength(18);
    for (const check of checks)
      if (check.by === "code") expect(full.get(check.verifier)!.validateKwargs(check.kwargs)).toBeNull();
  });
});
