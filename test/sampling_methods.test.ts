/** Runs of DAPO, HiR and RuscaRL on the pocket model: what they do there, and that they resume and replay to the bit. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { RunFolder } from "../src/cli/run_folder";
import type { StepState } from "../src/herl/trainer";
import { replay } from "../src/runs/replay";
import { familyClasses } from "../src/worlds/pocket/families/registry";
import { openSmallSession, runUntil, smallConfig } from "./pocket";

const steps = 3;
const scratch = mkdtempSync(join(tmpdir(), "herl-sampling-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const noEvaluation: [string, string] = ["evaluation.every", "0"];
const dapo = smallConfig([
  noEvaluation,
  ["hindsight.enabled", "false"],
  ["sampling.dynamicRounds", "2"],
  ["sampling.overlongTokens", "16"],
]);
const hir = smallConfig([noEvaluation, ["hindsight.edit", "instruction"], ["hindsight.weight", "clipped"]]);
const ruscarl = smallConfig([
  noEvaluation,
  ["hindsight.enabled", "false"],
  ["scaffold.enabled", "true"],
  ["scaffold.updates", "4"],
  ["scaffold.start", "0.5"],
  ["scaffold.steepness", "10"],
]);

describe.each([
  ["DAPO", dapo],
  ["HiR", hir],
  ["RuscaRL", ruscarl],
])("%s", (name, config) => {
  test("killed in the midst of an update and resumed, and made again from its record: one digest", async () => {
    const whole = new RunFolder(join(scratch, name));
    const digest = await runUntil(whole, config, steps);
    const killed = new RunFolder(join(scratch, `${name} killed`));
    await runUntil(
      killed,
      config,
      steps,
      (event) => event.type === "phase" && event.step === 2 && event.state.phase === "regrade",
    );
    expect(await runUntil(killed, config, steps)).toBe(digest);
    const { session } = await openSmallSession(config);
    expect(await replay(session, whole.read().metrics)).toMatchObject({ digest, differs: null });
  });
});

/** The finished updates of a run. */
async function updatesOf(config: typeof dapo, count = steps): Promise<StepState[]> {
  const { session } = await openSmallSession(config);
  const finished: StepState[] = [];
  for await (const event of session.run(count))
    if (event.type === "phase" && event.state.phase === "update") finished.push(event.state);
  return finished;
}

test("DAPO: replacements come from a range of their own, and the ordinary tasks stay in their order", async () => {
  const updates = await updatesOf(dapo);
  const discarded = updates.flatMap((state) => state.discarded);
  expect(discarded.length).toBeGreaterThan(0);
  const ordinary = updates.map(({ groups, discarded }, step) => {
    const ids = [...groups, ...discarded].map(({ task }) => task.id);
    return [0, 1].every((g) => ids.includes(`pocket:train:${2 * step + g}`));
  });
  expect(ordinary).toEqual([true, true, true]);
  const fresh = updates.flatMap(({ groups, discarded }) =>
    [...groups, ...discarded].map(({ task }) => Number(task.id.split(":")[2])).filter((index) => index > 1e9),
  );
  expect(new Set(fresh).size).toBe(fresh.length);
});

test("HiR: every replayed draft satisfies what is left of its instruction", async () => {
  const updates = await updatesOf(hir);
  const replays = updates.flatMap(({ groups }) => groups.flatMap(({ revisions }) => revisions));
  expect(replays.length).toBeGreaterThan(0);
  for (const { replayed, reward } of replays) {
    expect(reward).toBe(1);
    expect(replayed!.task.rubric).toHaveLength(replayed!.items.length);
  }
});

test("RuscaRL: what is shown fades, and the last member of a group never sees any of it", async () => {
  const updates = await updatesOf(ruscarl);
  const shown = updates.map(({ groups }) =>
    groups.flatMap(({ rollouts }) => rollouts.flatMap(({ shown = [] }) => shown)),
  );
  expect(shown[0].length).toBeGreaterThan(shown[2].length);
  expect(updates[0].groups.every(({ rollouts }) => rollouts.at(-1)!.shown === undefined)).toBe(true);
});

test("RuscaRL: shown items of the rare families are met, which the pocket model by itself leaves", async () => {
  const config = smallConfig([
    noEvaluation,
    ["hindsight.enabled", "false"],
    ["groups", "16"],
    ["world.families", familyClasses.rare.join(",")],
    ["scaffold.enabled", "true"],
    ["scaffold.start", "1"],
  ]);
  const [{ groups }] = await updatesOf(config, 1);
  const met = (member: number) => {
    const statuses = groups.flatMap(({ rollouts: { [member]: sample } }) =>
      (sample.shown ?? [...sample.verdicts.keys()]).map((i) => sample.verdicts[i].status),
    );
    return statuses.filter((status) => status === "satisfied").length / statuses.length;
  };
  expect(met(0)).toBeGreaterThan(0.3);
  expect(met(2)).toBeLessThan(0.05);
});
