import { readFileSync } from "node:fs";
import { strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { readRun, type RunTexts } from "./import_run";
import { columnsOf } from "./run_curves";
import { runsAmong } from "./run_files";

const folder = new URL("../../experiments/learning-proof/", import.meta.url);
const text = (name: string) => readFileSync(new URL(name, folder), "utf8");
const published: RunTexts = {
  name: "learning-proof",
  manifest: text("manifest.json"),
  metrics: text("metrics.jsonl"),
  evaluations: text("eval.jsonl"),
  digest: text("digest.txt"),
};
const problemsOf = (changes: Partial<RunTexts>) => {
  const read = readRun({ ...published, ...changes });
  return "problems" in read ? read.problems : [];
};
const firstLine = JSON.parse(published.metrics.split("\n")[0]) as Record<string, unknown>;
const line = (changes: Record<string, unknown>) => `${JSON.stringify({ ...firstLine, ...changes })}\n`;

describe("a run from files", () => {
  test("is its curves, its evaluations and what it was made with", () => {
    const read = readRun(published);
    if (!("run" in read)) throw new Error(JSON.stringify(read.problems));
    const { run } = read;
    expect([run.steps, run.config.variant, run.backend]).toEqual([40, "herl", "cpu"]);
    expect(run.digest).toBe(published.digest!.trim());
    const rows = published.metrics.trim().split("\n").map((row) => JSON.parse(row)); // prettier-ignore
    expect(run.curves.columns["reward"]).toEqual(rows.map(({ reward }) => reward));
    expect(run.curves.columns["seconds"].at(-1)).toBeCloseTo(
      rows.reduce((sum, { step_time }) => sum + step_time, 0),
      6,
    );
    expect(Object.keys(run.curves.columns).filter((name) => name.startsWith("rubric/"))).toEqual([]);
    expect(run.curves.evaluations).toHaveLength(15);
    expect(readRun(published)).toEqual(read);
    const other = readRun({ ...published, metrics: rows.slice(0, 30).map((row) => JSON.stringify(row)).join("\n"), evaluations: "" }); // prettier-ignore
    expect("run" in other && other.run.id).not.toBe(run.id);
  });

  test("names file, line and field of everything that is wrong", () => {
    expect(problemsOf({ manifest: "{" })).toMatchObject([
      { file: "learning-proof/manifest.json", line: 0, what: "It is no JSON" },
    ]);
    expect(problemsOf({ manifest: '{"format": 99}' })[0].what).toMatch(/format 99/);
    expect(problemsOf({ manifest: published.manifest.replace('"groups": 8', '"groups": "<b>"') })).toEqual([
      expect.objectContaining({ line: 0, what: expect.stringMatching(/groups/) as string }),
    ]);
    expect(problemsOf({ metrics: line({}) + line({ step: 2, responses: -1 }) + "{" })).toMatchObject([
      {
        file: "learning-proof/metrics.jsonl",
        line: 2,
        what: expect.stringMatching(/^responses: /) as string,
      },
      { file: "learning-proof/metrics.jsonl", line: 3, what: "The line is cut off" },
    ]);
    expect(problemsOf({ evaluations: '{"step":0,"split":"<img>","n":1,"reward":1,"all_met":0}' })).toMatchObject([{ line: 1, what: expect.stringMatching(/^split: /) as string }]); // prettier-ignore
  });

  test("refuses gaps, evaluations of what was not reached, and runs of nothing", () => {
    expect(problemsOf({ metrics: line({}) + line({ step: 3 }), evaluations: "" })).toMatchObject([
      { line: 2, what: "Update 3 stands where update 2 is expected" },
    ]);
    const beyond = '{"step":9,"split":"heldout","n":1,"reward":1,"all_met":0}';
    expect(problemsOf({ metrics: line({}), evaluations: beyond })).toMatchObject([
      { file: "learning-proof/eval.jsonl", line: 1 },
    ]);
    expect(problemsOf({ metrics: "", evaluations: "" })[0].what).toMatch(/no update/);
    expect(problemsOf({ metrics: "x\n".repeat(5000) }).length).toBeLessThan(30);
  });
});

describe("files that were dropped", () => {
  const files = ["manifest.json", "metrics.jsonl", "eval.jsonl", "digest.txt"];

  test("every folder with a manifest is a run, and so is every zip; other files are not read", async () => {
    const loose = files.map((name) => ({ path: `runs/first/${name}`, file: new Blob([text(name)]) }));
    const packed = zipSync({
      ...Object.fromEntries(files.map((name) => [name, strToU8(text(name))])),
      "rollouts.jsonl": strToU8("not even JSON"),
    });
    const { runs, problems } = await runsAmong([
      ...loose,
      { path: "runs/first/rollouts.jsonl", file: new Blob(["x"]) },
      { path: "runs/first/constructor", file: new Blob(["x"]) },
      { path: "herl-run.zip", file: new Blob([packed]) },
    ]);
    expect(problems).toEqual([]);
    expect(runs.map(({ name }) => name)).toEqual(["runs/first", "herl-run.zip"]);
    expect(runs[0]).toEqual({ ...published, name: "runs/first" });
    expect({ ...runs[1], name: "" }).toEqual({ ...runs[0], name: "" });
  });

  test("what is no run, no zip or too large is said by name", async () => {
    const none = { path: "notes.txt", file: new Blob(["hello"]) };
    await expect(runsAmong([none])).rejects.toMatchObject({ code: "FILE_FORMAT" });
    const damaged = await runsAmong([{ path: "a.zip", file: new Blob(["PK nothing"]) }]);
    expect(damaged.problems).toMatchObject([{ file: "a.zip", what: "It is no .zip, or a damaged one" }]);
    const huge = { size: 5e6, text: () => Promise.reject(new Error("must not be read")) } as unknown as Blob;
    const large = await runsAmong([{ path: "big/manifest.json", file: huge }]);
    expect(large.problems).toMatchObject([{ file: "big/manifest.json", what: expect.stringMatching(/5 MB/) as string }]); // prettier-ignore
    const bomb = zipSync({ "manifest.json": new Uint8Array(6_000_000) });
    const bombed = await runsAmong([{ path: "b.zip", file: new Blob([bomb]) }]);
    expect(bombed.problems).toMatchObject([{ file: "b.zip/manifest.json" }]);
    const crowd = Array.from({ length: 65 }, (_, i) => ({ path: `${i}/manifest.json`, file: new Blob(["{}"]) })); // prettier-ignore
    await expect(runsAmong(crowd)).rejects.toMatchObject({ code: "FILE_FORMAT" });
  });
});

test("of a long run every second, fourth, eighth update is drawn, and the last; seconds add up over all", () => {
  const rows = Array.from({ length: 1001 }, (_, i) => ({
    ...{ step: i + 1, responses: 8 * (i + 1), judge_calls: 0, num_tokens: 0, step_time: 0.5, digest: "" },
    ...{ reward: i, kl: i % 2 ? null : 1 },
  }));
  const { step, seconds, reward } = columnsOf(rows, [{ step: 0 }, { step: 10 }], 300);
  expect(step.slice(0, 4)).toEqual([4, 8, 10, 12]);
  expect([step.length, step.at(-1), seconds.at(-1), reward.at(-1)]).toEqual([252, 1001, 500.5, 1000]);
  expect(seconds[0]).toBe(2);
});
