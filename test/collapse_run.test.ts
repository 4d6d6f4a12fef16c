/** A run with an absurd learning rate collapses: it is marked, or goes back to its best weights, or ends. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collapseOf } from "../src/analysis/collapse";
import { RunFolder } from "../src/cli/run_folder";
import { withoutEvaluation } from "../src/runs/analyze";
import { collapseNotice, mostRollbacks, type CollapseEvent } from "../src/runs/collapse";
import { parseConfig } from "../src/runs/config";
import type { MetricsRow } from "../src/runs/metrics";
import { replay } from "../src/runs/replay";
import type { SessionEvent } from "../src/runs/session";
import { openSmallSession, runUntil, smallConfig } from "./pocket";

const scratch = mkdtempSync(join(tmpdir(), "herl-collapse-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const absurd = (action: "mark" | "rollback") =>
  smallConfig([
    ["optimizer.learningRate", "0.3"],
    ["collapse.window", "2"],
    ["collapse.action", action],
    ["maxNewTokens", "24"],
    ["measureTransfer", "false"],
    ["evaluation.heldout", "4"],
    ["evaluation.close", "0"],
    ["evaluation.ood", "0"],
    ["analyzeEvery", "0"],
  ]);

/** Runs into a folder and keeps what it tells of collapses. */
async function collapses(folder: RunFolder, config: ReturnType<typeof absurd>, steps: number) {
  const events: CollapseEvent[] = [];
  const digest = await runUntil(folder, config, steps, (event) => {
    if (event.type === "collapse") events.push(event);
    return false;
  });
  return { events, digest, metrics: folder.read().metrics };
}

const flags = (metrics: readonly MetricsRow[], kind: string) => metrics.map((row) => row[`collapse/${kind}`]);

test("where it only marks, each kind is told once, with its numbers, and the metrics keep it", async () => {
  const config = absurd("mark");
  const { events, metrics } = await collapses(new RunFolder(join(scratch, "mark")), config, 6);
  expect(metrics).toHaveLength(6);
  const found = events.flatMap(({ collapses }) => collapses);
  expect(found.length).toBeGreaterThan(0);
  expect(new Set(found.map(({ kind }) => kind)).size).toBe(found.length);
  const history = metrics.map((row) => ({
    ...{ step: row.step, entropy: row["entropy"] as number, reward: row["reward"] as number },
    length: row["completions/mean_length"] as number,
    clipped: row["completions/clipped_ratio"] as number,
  }));
  expect(found).toEqual(collapseOf(history, config.collapse));
  for (const { kind, step } of found)
    expect(flags(metrics, kind)).toEqual(metrics.map((row) => (row.step >= step ? 1 : 0)));
  expect(events[0]).toMatchObject({ outcome: "marked", best: null });
  expect(collapseNotice(events[0]).toLine()).toMatch(
    /^RUN_COLLAPSED: The policy collapsed at update \d+: .+\. Start a new run with a lower learning rate/,
  );
});

describe("where it goes back", () => {
  const config = absurd("rollback");
  let whole: RunFolder;
  let told: Awaited<ReturnType<typeof collapses>>;
  beforeAll(async () => {
    whole = new RunFolder(join(scratch, "whole"));
    told = await collapses(whole, config, 30);
  });

  test("it takes its best weights again, three times, and then ends with them", async () => {
    const { events, metrics } = told;
    const { evaluations } = whole.read();
    expect(events.map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: mostRollbacks }, () => "rolledBack"),
      "stopped",
    ]);
    expect(metrics.length).toBeLessThan(30);
    expect(metrics.length).toBe(events.at(-1)!.step);
    expect(metrics.at(-1)!["collapse/rollbacks"]).toBe(mostRollbacks);
    // Healthy again right after going back.
    const [{ step, collapses: first }] = events;
    expect(flags(metrics, first[0].kind).slice(step - 1, step + 1)).toEqual([1, 0]);
    expect(metrics[step]["entropy"]).toBeGreaterThan(0.5 * (metrics[0]["entropy"] as number));
    // The weights at the end are those of the best evaluation: the untouched ones here, whose adapter adds nothing.
    expect(events.map(({ best }) => best)).toEqual([0, 0, 0, 0]);
    const held = evaluations.map(({ reward }) => reward!);
    const checkpoint = await new RunFolder(whole.path).resume();
    expect(checkpoint!.policy).toEqual(checkpoint!.best);
    expect(evaluations[0].reward).toBe(Math.max(...held));
    expect(collapseNotice(events.at(-1)!).cure).toContain("the run ends here");
  });

  test("resuming goes no further", async () => {
    const { session } = await openSmallSession(config, new RunFolder(whole.path));
    await session.resume();
    expect(session.stopped).toBe(true);
    const more: SessionEvent["type"][] = [];
    for await (const { type } of session.run(40)) more.push(type);
    expect(more.filter((type) => type !== "evaluation" && type !== "evaluating")).toEqual([]);
  });

  test("killed before, at and after it goes back, it resumes to the same digest and lines", async () => {
    const [{ step: at }] = told.events;
    const kills: [string, (event: SessionEvent) => boolean][] = [
      ["before", (event) => event.type === "phase" && event.step === at && event.state.phase === "update"],
      ["at", (event) => event.type === "collapse"],
      ["after", (event) => event.type === "phase" && event.step === at + 1],
    ];
    for (const [name, isLast] of kills) {
      const folder = new RunFolder(join(scratch, name));
      await runUntil(folder, config, 30, isLast);
      expect(await runUntil(folder, config, 30), name).toBe(told.digest);
      const lines = ({ path }: RunFolder) => readFileSync(join(path, "metrics.jsonl"), "utf8");
      expect(lines(folder)).toBe(lines(whole));
    }
  });

  test("replaying gives the same digest; making an update again needs the evaluations too", async () => {
    const { metrics } = whole.read();
    const { session } = await openSmallSession(config);
    expect(await replay(session, metrics)).toEqual({
      ...{ steps: metrics.length, digest: told.digest, differs: null },
    });
    expect(withoutEvaluation(config)).toBe(config);
    expect(withoutEvaluation(absurd("mark")).evaluation.every).toBe(0);
  });

  test("it needs evaluations to go back to", () => {
    const input = { collapse: { action: "rollback" as const }, evaluation: { every: 0 } };
    expect(() => parseConfig(input)).toThrow("collapse.action");
  });
});
