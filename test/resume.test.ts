/** A run killed at any moment and resumed gives the identical curve. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RunFolder } from "../src/cli/run_folder";
import { phases } from "../src/herl/trainer";
import { replay } from "../src/runs/replay";
import { openSmallSession, runUntil, smallConfig } from "./pocket";

const steps = 3;
const scratch = mkdtempSync(join(tmpdir(), "herl-resume-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const files = ["metrics.jsonl", "eval.jsonl", "rollouts.jsonl", "failures.jsonl"];
const contents = (folder: RunFolder) => files.map((name) => readFileSync(join(folder.path, name), "utf8"));

const config = smallConfig();

let whole: RunFolder;
let digest: string;
beforeAll(async () => {
  whole = new RunFolder(join(scratch, "whole"));
  digest = await runUntil(whole, config, steps);
});

describe("killed in the second update and resumed", () => {
  test.each(phases)("after the phase %s", async (phase) => {
    const folder = new RunFolder(join(scratch, `after-${phase}`));
    await runUntil(
      folder,
      config,
      steps,
      (event) => event.type === "phase" && event.step === 2 && event.state.phase === phase,
    );
    expect(await runUntil(folder, config, steps)).toBe(digest);
    expect(contents(folder)).toEqual(contents(whole));
  });

  test("after its records were written, before its evaluation", async () => {
    const folder = new RunFolder(join(scratch, "before-evaluation"));
    await runUntil(folder, config, steps, (event) => event.type === "step" && event.metrics.step === 2);
    expect(await runUntil(folder, config, steps)).toBe(digest);
    expect(contents(folder)).toEqual(contents(whole));
  });

  test("with checkpoints every second update only: the update in between is made again", async () => {
    const sparse = smallConfig([["checkpointEvery", "2"]]);
    const folder = new RunFolder(join(scratch, "sparse"));
    await runUntil(folder, sparse, steps, (event) => event.type === "phase" && event.step === 2);
    expect(await runUntil(folder, sparse, steps)).toBe(digest);
    expect(contents(folder)).toEqual(contents(whole));
  });

  test("in the middle of writing a line", async () => {
    const folder = new RunFolder(join(scratch, "torn"));
    await runUntil(folder, config, steps, (event) => event.type === "step" && event.metrics.step === 2);
    for (const name of files) {
      const path = join(folder.path, name);
      writeFileSync(path, `${readFileSync(path, "utf8")}{"step":3,"half a li`);
    }
    expect(await runUntil(folder, config, steps)).toBe(digest);
    expect(contents(folder)).toEqual(contents(whole));
  });
});

test("a recorded run replays to its digest, and a changed record is found at its step", async () => {
  const { metrics } = whole.read();
  const { session } = await openSmallSession(smallConfig());
  expect(await replay(session, metrics)).toEqual({ steps, digest, differs: null });
  const changed = metrics.map((row) => (row.step === 2 ? { ...row, digest: "0", reward: 2 } : row));
  const { session: again } = await openSmallSession(smallConfig());
  expect((await replay(again, changed)).differs).toEqual({ step: 2, metrics: ["reward"] });
});

test("a folder that holds a run is not overwritten", async () => {
  const { manifest } = await openSmallSession(smallConfig());
  await expect(whole.begin(manifest)).rejects.toMatchObject({ code: "RUN_EXISTS" });
});

test("evaluation is made before the first update, and as often as configured", () => {
  const { evaluations } = whole.read();
  expect(evaluations.map(({ step, split }) => [step, split])).toEqual(
    [0, 2].flatMap((step) => ["heldout", "close", "ood"].map((split) => [step, split])),
  );
});
