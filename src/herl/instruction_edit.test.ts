import { describe, expect, test } from "vitest";
import type { Verdict } from "../rubric/schema";
import { runStep } from "./testing/run_step";
import {
  methodConfig,
  redGreen,
  sayRedGreen,
  textOf,
  tinyLearner,
  wordTask,
  type MethodOverrides,
} from "./testing/tiny_world";

const hir: MethodOverrides = { hindsight: { edit: "instruction", weight: "clipped" }, bonus: { alpha: 0 } };
const config = methodConfig(hir);

describe("HiR: the instruction is edited, not the answer", () => {
  // Rewards 0.5, 0, 0.5 and 0.5; "red" or "grey green" is the draft.
  const step = async (overrides: MethodOverrides = hir) => {
    const learner = tinyLearner({ say: sayRedGreen });
    return { learner, ...(await runStep(learner, [redGreen], methodConfig(overrides))) };
  };

  test("the draft's own tokens stand after what it satisfied, with reward 1", async () => {
    const { last } = await step();
    const { drafts, revisions, joined, rollouts } = last.groups[0];
    const [{ draft, rollout, context, replayed, reward, verdicts }] = revisions;
    expect(draft).toBe(drafts[0]);
    expect(rollout).toBe(rollouts[draft].rollout);
    const met = draft === 2 ? "green" : "red";
    expect(textOf(context)).toBe(`say ${met}`);
    expect(replayed).toEqual({ task: wordTask(met), items: [draft === 2 ? 1 : 0] });
    expect(reward).toBe(1);
    expect(verdicts).toEqual(rollouts[draft].verdicts);
    expect(joined).toBe(0);
  });

  test("it is the group's extra row: N + 1 advantages by hand", async () => {
    const { last } = await step();
    const { rows } = last.groups[0];
    // Rewards 0.5, 0, 0.5, 0.5 and 1: mean 0.5, sample deviation √(0.5 / 4).
    expect(rows.map(({ reward }) => reward)).toEqual([0.5, 0, 0.5, 0.5, 1]);
    expect(rows[4].advantage).toBeCloseTo(0.5 / Math.sqrt(0.125), 5);
    expect(rows[1].advantage).toBeCloseTo(-0.5 / Math.sqrt(0.125), 5);
  });

  test("it is trained after the edited instruction, weighed as a rollout, from a ratio of 1", async () => {
    const { last } = await step();
    const row = last.update!.rows.find(({ source }) => source === "revision")!;
    expect(row.prompt).toEqual(last.groups[0].revisions[0].context);
    expect(row.weighting).toEqual({ kind: "clipped", low: 0.8, high: 1.2 });
    for (const { ratio, slope } of row.terms) expect([ratio, slope]).toEqual([1, row.advantage]);
  });

  test("nothing is generated for it", async () => {
    const { learner } = await step();
    expect(learner.policy.calls.filter(({ kind }) => kind === "sample")).toHaveLength(1);
  });

  test("it gives its draft no bonus: nothing was revised", async () => {
    const { last } = await step({ ...hir, bonus: { alpha: 0.05 } });
    expect(last.groups[0].rows.every(({ bonus }) => bonus === 0)).toBe(true);
  });
});

describe("what cannot be replayed is dropped and counted", () => {
  const dropped = { droppedPrompts: 1, revisions: [], joined: null };
  const groupOf = async (...[options, other]: [Parameters<typeof tinyLearner>[0], object?]) =>
    (await runStep({ ...tinyLearner(options), ...other }, [redGreen], config)).last.groups[0];

  test("a draft that satisfies nothing", async () => {
    expect(await groupOf({ say: () => "blue ." })).toMatchObject(dropped);
  });

  test("an instruction that the world cannot edit", async () => {
    expect(await groupOf({ say: sayRedGreen }, { withItems: () => null })).toMatchObject(dropped);
  });

  test("one that leaves its draft no room", async () => {
    const longer = () => ({ ...wordTask("red"), prompt: "say red say red say red" });
    expect(await groupOf({ say: () => "red .", contextLength: 7 }, { withItems: longer })).toMatchObject(
      dropped,
    );
    expect(await groupOf({ say: () => "red .", contextLength: 8 }, { withItems: longer })).toMatchObject({
      ...{ droppedPrompts: 0, joined: 0 },
    });
  });
});

test("a replay whose grade is not 1 after all, or not known, does not join", async () => {
  for (const again of [{ status: "unmet" }, { status: "unknown", reason: "no verdict" }] as const) {
    const learner = tinyLearner({ say: sayRedGreen });
    const grader = {
      grade: async (...call: Parameters<typeof learner.grader.grade>): Promise<readonly Verdict[]> =>
        call[0].rubric.length === 1 ? [again] : learner.grader.grade(...call),
    };
    const { last } = await runStep({ ...learner, grader }, [redGreen], config);
    expect(last.groups[0].revisions[0].reward).toBe(again.status === "unmet" ? 0 : null);
    expect(last.groups[0].joined).toBeNull();
  }
});
