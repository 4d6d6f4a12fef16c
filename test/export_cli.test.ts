/** `herl export`: a run for other libraries. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { herlProgram } from "./herl_program";

const scratch = mkdtempSync(join(tmpdir(), "herl-export-cli-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const path = (...names: string[]) => join(scratch, ...names);

const herl = herlProgram();
const small = ["groups=2", "rollouts=2", "maxNewTokens=16", "evaluation.every=0", "evaluation.heldout=3"];
const exported = (format: string, out: string) =>
  herl("export", "--run", path("run"), "--format", format, "--out", path(out));

beforeAll(async () => {
  const settings = small.flatMap((setting) => ["--set", setting]);
  const { status, output } = await herl("train", "--out", path("run"), "--steps", "1", ...settings);
  expect(status, output).toBe(0);
}, 60_000);

test("peft: the adapter of the last checkpoint, as the run itself left it", async () => {
  expect((await exported("peft", "peft")).status).toBe(0);
  for (const name of ["adapter_config.json", "adapter_model.safetensors"])
    expect(readFileSync(path("peft", name)).equals(readFileSync(path("run", "adapter", name)))).toBe(true);
});

test.each([
  ["trl", ["config.json", "heldout.jsonl", "train.jsonl", "train.py"]],
  ["verl", ["heldout.json", "run_herl.sh", "run_verl.sh", "train.json"]],
])("%s: what the library needs, and the record", async (format, own) => {
  const { status, output } = await exported(format, format);
  expect(status, output).toBe(0);
  for (const name of [...own, "README.md", "reward.py", "rollouts.jsonl", "metrics.jsonl", "manifest.json"])
    expect(existsSync(path(format, name)), name).toBe(true);
  const heldout = readFileSync(
    path(
      format,
      own.find((name) => name.startsWith("heldout"))!,
    ),
    "utf8",
  );
  expect(heldout.trim().split("\n")).toHaveLength(3);
});

test("a format that there is not, and a folder without a run", async () => {
  const wrong = await exported("onnx", "onnx");
  expect([wrong.status, wrong.stderr]).toEqual([
    2,
    "herl export: --format is one of peft, trl, verl. See `herl export --help`.\n",
  ]);
  const missing = await herl("export", "--run", path("none"), "--format", "trl", "--out", path("none"));
  expect(missing.status).toBe(1);
  expect(missing.stderr).toMatch(/^RUN_MISSING: /m);
});
