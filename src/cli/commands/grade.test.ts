import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import type { InstructionReport, SenseReport } from "../../rubric/report";
import { toLines } from "../files";
import { grade } from "./grade";

const folder = mkdtempSync(join(tmpdir(), "herl-grade-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);
const readJsonLines = <T>(file: string): T[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);

const data = "../shared/data";
const models = {
  "qwen2.5-0.5b": "Qwen__Qwen2.5-0.5B-Instruct-GPTQ-Int4",
  "claude-3-haiku": "claude-3-haiku-20240307",
};

interface Official {
  readonly key: number;
  readonly instruction_id_list: readonly string[];
  readonly response: string;
  readonly strict: readonly boolean[];
  readonly loose: readonly boolean[];
}

interface Graded {
  readonly key: number;
  readonly follow: readonly (boolean | null)[];
  readonly loose: readonly (boolean | null)[];
}

type Verdicts = Pick<Official, "instruction_id_list"> &
  Record<"strict" | "loose", readonly (boolean | null)[]>;

/** The published evaluation code's own way of counting, on verdicts; it knows no null, so that these are left out. */
function countLikePublished(lines: readonly Verdicts[], sense: "strict" | "loose") {
  const byId = new Map<string, [number, number]>();
  for (const line of lines)
    line.instruction_id_list.forEach((id, index) => {
      if (line[sense][index] === null) return;
      const [followed, total] = byId.get(id) ?? [0, 0];
      byId.set(id, [followed + Number(line[sense][index]), total + 1]);
    });
  return { prompts: lines.filter((line) => line[sense].every(Boolean)).length, byId };
}

const counts = ({ prompts, byId }: SenseReport) => ({
  prompts: prompts.followed,
  byId: new Map(Object.entries(byId).map(([id, { followed, total }]) => [id, [followed, total]])),
});

test.skipIf(!existsSync(data)).each(Object.entries(models))(
  "reproduces the official report of %s, up to listed entries",
  async (file, model) => {
    const official = readJsonLines<Official>(`${data}/verdicts/ifeval-${file}.jsonl`);
    writeFileSync(path("responses.jsonl"), toLines(official.map(({ key, response }) => ({ key, response }))));
    const printed = vi.spyOn(console, "error").mockImplementation(() => {});
    const options = { loose: true, out: path("grades.jsonl"), report: path("report.json") };
    const files = { tasks: `${data}/ifeval/input_data.jsonl`, responses: path("responses.jsonl") };
    await grade.run({ ...files, ...options }, []);
    expect(printed.mock.calls.join("\n")).toMatch(/prompts +\d+\/\d+ +0\.\d{4}/);
    printed.mockRestore();

    // Every entry that differs is named by the official lists: it changes from run to run, or hangs on a resource.
    const grades = readJsonLines<Graded>(path("grades.jsonl"));
    const unstable = JSON.parse(readFileSync(`${data}/verdicts/unstable.json`, "utf8")) as Unstable[];
    const { ifeval } = JSON.parse(readFileSync(`${data}/constraint_schema.json`, "utf8")) as Schema;
    const differing = official.flatMap((line, at) =>
      line.instruction_id_list.flatMap((id, index) =>
        grades[at].follow[index] === line.strict[index] && grades[at].loose[index] === line.loose[index]
          ? []
          : [{ key: line.key, index, id }],
      ),
    );
    console.log(`${file}: ${differing.length} entries differ`, differing);
    const allowed = differing.filter(
      ({ key, index, id }) =>
        ifeval[id].needs.length > 0 ||
        unstable.some((entry) => entry.model === model && entry.key === key && entry.index === index),
    );
    expect(differing).toEqual(allowed);

    // With these entries replaced by ours, the published counting gives the numbers of our report.
    const replaced = official.map((line, at) => ({
      ...line,
      strict: grades[at].follow,
      loose: grades[at].loose,
    }));
    const report = JSON.parse(readFileSync(path("report.json"), "utf8")) as InstructionReport;
    expect(counts(report.strict)).toEqual(countLikePublished(replaced, "strict"));
    expect(counts(report.loose)).toEqual(countLikePublished(replaced, "loose"));
    // Without replacing anything, each id's counts are the official ones but for the entries that differ.
    for (const sense of ["strict", "loose"] as const)
      for (const [id, [followed]] of countLikePublished(official, sense).byId) {
        const differ = differing.filter((entry) => entry.id === id).length;
        expect(Math.abs((report[sense].byId[id]?.followed ?? 0) - followed), id).toBeLessThanOrEqual(differ);
      }
  },
);

interface Unstable {
  readonly model: string;
  readonly key: number;
  readonly index: number;
}
interface Schema {
  readonly ifeval: Record<string, { readonly needs: readonly string[] }>;
}

test("loose verdicts on request only, and no report where a judge must decide", async () => {
  const printed = vi.spyOn(console, "error").mockImplementation(() => {});
  const task = { key: "a", prompt: "p", instruction_id_list: ["punctuation:no_comma"], kwargs: [{}] };
  const judged = { key: "b", prompt: "p", rubric: [{ text: "Is kind." }] };
  writeFileSync(path("one.jsonl"), toLines([task]));
  writeFileSync(path("two.jsonl"), toLines([task, judged]));
  writeFileSync(path("answers.jsonl"), toLines([{ key: "a", response: "Sure, here:\nnone" }]));
  const files = { responses: path("answers.jsonl"), out: path("out.jsonl") };

  await grade.run({ ...files, tasks: path("one.jsonl") }, []);
  expect(readJsonLines(path("out.jsonl"))).toEqual([{ key: "a", follow: [false], reward: 0 }]);
  expect(printed.mock.calls.join()).toMatch(/instructions +0\/1 +0\.0000 +1\/1/);

  printed.mockClear();
  await grade.run({ ...files, tasks: path("two.jsonl"), loose: true }, []);
  expect(readJsonLines(path("out.jsonl"))).toEqual([{ key: "a", follow: [false], loose: [true], reward: 0 }]);
  expect(printed).not.toHaveBeenCalled();
  printed.mockRestore();
});
