/** Finer splits from the command line: proposed, accepted by name, resumed, replayed. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Manifest } from "../src/runs/manifest";
import { herlProgram } from "./herl_program";
import { startJudgeServer } from "./judge_server";

const scratch = mkdtempSync(join(tmpdir(), "herl-adaptive-cli-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const out = join(scratch, "run");

const herl = herlProgram();

test("train prints what could be split; --accept-split holds from the next update on; replay has the same digest", async () => {
  const server = await startJudgeServer();
  const settings = [
    ...["groups=2", "rollouts=3", "maxNewTokens=40", "evaluation.every=0", "measureTransfer=false"],
    ...["adaptive.propose=1", "adaptive.proposeAbove=0.2", `judge.url=${server.url}`, "judge.model=test"],
  ].flatMap((setting) => ["--set", setting]);
  try {
    const begun = await herl("train", "--preset", "pocket-soft", "--steps", "1", "--out", out, ...settings);
    expect(begun.status).toBe(0);
    const judged = /--accept-split "(judge: [^"]+)"/.exec(begun.stderr)![1];
    expect(begun.stderr).toContain("could become: Mentions the.");
    const proposals = readFileSync(join(out, "proposals.jsonl"), "utf8").trim().split("\n");
    expect(proposals.map((line) => (JSON.parse(line) as { key: string }).key)).toContain(judged);

    const again = ["train", "--resume", "--out", out, "--accept-split", judged];
    const resumed = await herl(...again, "--steps", "2");
    expect(resumed.stderr).toContain(`${judged} is split from update 2 on`);
    expect(resumed.status).toBe(0);
    const { rubric_changes: changes } = JSON.parse(
      readFileSync(join(out, "manifest.json"), "utf8"),
    ) as Manifest;
    const texts = ["Mentions a.", "Mentions the."];
    expect(changes).toEqual([{ fromStep: 2, key: judged, judged: { polarity: "want", texts } }]);

    const twice = await herl(...again, "--steps", "3");
    expect(twice.status).toBe(1);
    expect(twice.stderr).toMatch(/^RUBRIC_INVALID: .*split already/m);
  } finally {
    await server.close();
  }
  expect((await herl("replay", out)).status).toBe(0);
  const fresh = await herl("train", "--out", join(scratch, "none"), "--steps", "1", "--accept-split", "a");
  expect(fresh.status).toBe(2);
  expect(fresh.stderr).toContain("--accept-split needs --resume");
}, 90_000);
