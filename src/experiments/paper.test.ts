import { describe, expect, test } from "vitest";
import numbers from "../../experiments/paper.json";
import { paperTables, type PaperNumbers } from "./paper";

const paper: PaperNumbers = numbers;

const value = (id: string, model: string, method: string, benchmark: string): number | undefined => {
  const [table] = paperTables(paper, id);
  const row = table.rows.find((one) => one.model.startsWith(model) && one.method === method);
  return row?.values[table.benchmarks.indexOf(benchmark)];
};

describe("the papers' numbers", () => {
  test.each(numbers.tables.map((table) => [table.id, table] as const))("%s is complete", (_, table) => {
    expect(Object.keys(paper.papers)).toContain(table.paper);
    for (const { values } of table.rows) {
      expect(values).toHaveLength(table.benchmarks.length);
      for (const one of values) expect(one >= 0 && one <= 100, `${one}`).toBe(true);
    }
    expect(new Set(table.rows.map(({ model, method }) => `${model} ${method}`)).size).toBe(table.rows.length);
    // A figure without printed numbers says what it shows.
    if (table.rows.length === 0) expect((table as { note?: string }).note).toBeTruthy();
    else expect(table.unit).toBe("%");
  });

  test("every model of tables 1 to 3 has every method", () => {
    const rows = (id: string) => paperTables(paper, id)[0].rows;
    expect(rows("table1")).toHaveLength(3 * 5);
    expect(rows("table2")).toHaveLength(3 * 2);
    expect(rows("table3")).toHaveLength(3 * 4);
  });

  // Read off the paper by hand.
  test.each([
    ["table1", "Qwen2.5", "HeRL", "IFEval", 82.4],
    ["table1", "Qwen2.5", "SFT", "LLMEval-Med", 34.8],
    ["table1", "Llama", "DPO", "WritingBench", 14.4],
    ["table1", "Llama", "RLVR", "MulDimIF", 77.6],
    ["table1", "Qwen3", "initial model", "WritingBench", 84.3],
    ["table1", "Qwen3", "RLVR", "HealthBench-500", 41.7],
    ["table2", "Llama", "HeRL", "GPQA", 29.2],
    ["table2", "Qwen3", "HeRL", "MATH-500", 89.8],
    ["table3", "Qwen3", "NaiveHE", "WritingBench", 66.2],
    ["table3", "Llama", "HE", "IFBench", 28.1],
    ["figure2", "Qwen2.5", "guided", "HealthBench, 500 questions: PassRate at 4 attempts", 50.6],
    ["figure4b", "Qwen3", "RLVR", "round 4", 68.2],
    ["exprl-stage2", "Qwen3", "ExpRL, process", "AIME26", 63.41],
    ["exprl-judge", "judge", "mathematics", "no reference", 39.2],
  ])("%s, %s, %s, %s: %f", (id, model, method, benchmark, expected) => {
    expect(value(id, model, method, benchmark)).toBe(expected);
  });

  test("tables 1 and 3 agree where they tell the same", () => {
    const [table] = paperTables(paper, "table3");
    for (const { model, method, values } of table.rows)
      if (["RLVR", "HeRL"].includes(method))
        table.benchmarks.forEach((benchmark, i) =>
          expect(value("table1", model, method, benchmark)).toBe(values[i]),
        );
  });

  test("an experiment's numbers are a table, or all whose ids begin so", () => {
    expect(paperTables(paper, "figure2").map(({ id }) => id)).toEqual(["figure2"]);
    expect(paperTables(paper, "exprl").length).toBeGreaterThan(2);
    expect(paperTables(paper, undefined)).toEqual([]);
  });
});
