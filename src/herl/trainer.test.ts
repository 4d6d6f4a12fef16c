import { describe, expect, test } from "vitest";
import { HerlError } from "../errors";
import { seedKey } from "../kernels/random/random";
import { runStep } from "./testing/run_step";
import type { PolicyCall } from "./testing/tiny_policy";
import {
  idsOf,
  methodConfig,
  redGreen,
  sayRedGreen,
  textOf,
  tinyLearner,
  wordTask,
  type MethodOverrides,
} from "./testing/tiny_world";
import type { VerdictListener } from "./step_options";
import { phases, trainStep, type StepState } from "./trainer";

const isBackward = (call: PolicyCall) => call.kind === "backward";

describe("one step of HeRL, phase by phase", () => {
  const stepWith = async (overrides: MethodOverrides = {}) => {
    const learner = tinyLearner({ say: sayRedGreen });
    return { learner, ...(await runStep(learner, [redGreen], methodConfig(overrides))) };
  };
  const groupAt = ({ states }: { states: StepState[] }, phase: StepState["phase"]) =>
    states.find((state) => state.phase === phase)!.groups[0];

  test("the phases come in their order, each once", async () => {
    const { states } = await stepWith();
    expect(states.map(({ phase }) => phase)).toEqual([...phases]);
  });

  test("sample: N responses to the instruction, not yet graded", async () => {
    const group = groupAt(await stepWith(), "sample");
    expect(textOf(group.prompt)).toBe("say red green");
    expect(group.rollouts.map(({ text }) => text)).toEqual(["red", "blue", "grey green", "red"]);
    expect(group.rollouts.map(({ reward }) => reward)).toEqual([null, null, null, null]);
  });

  test("grade: verdict by item, and the reward", async () => {
    const group = groupAt(await stepWith(), "grade");
    expect(group.rollouts[2].verdicts).toEqual([{ status: "unmet" }, { status: "satisfied" }]);
    expect(group.rollouts.map(({ reward }) => reward)).toEqual([0.5, 0, 0.5, 0.5]);
    expect(group.drafts).toEqual([]);
  });

  test("verdicts are told as each response is graded, before its phase ends", async () => {
    const learner = tinyLearner({ say: sayRedGreen });
    const told: string[] = [];
    const onVerdicts: VerdictListener = (source, group, index, verdicts) =>
      told.push(`${source} ${group}.${index}: ${verdicts.map(({ status }) => status).join(", ")}`);
    const steps = trainStep(learner, [redGreen], methodConfig(), seedKey(1), { onVerdicts });
    const { groups } = (await steps.next()).value!;
    expect(told).toEqual([]);
    await steps.next();
    expect(told).toHaveLength(groups[0].rollouts.length);
    expect(told[0]).toMatch(/^rollout 0\.0: (satisfied|unmet), (satisfied|unmet)$/);
    for await (const { phase } of steps) if (phase === "regrade") break;
    expect(told.slice(groups[0].rollouts.length)).toEqual(["revision 0.0: satisfied, satisfied"]);
  });

  test("select: one of the nearest misses", async () => {
    const { drafts, revisions } = groupAt(await stepWith(), "select");
    expect(drafts).toHaveLength(1);
    expect([0, 2, 3]).toContain(drafts[0]);
    expect(revisions).toEqual([]);
  });

  test("revise: sampled after the instruction, the draft and what it missed", async () => {
    const { drafts, revisions } = groupAt(await stepWith(), "revise");
    expect(revisions).toHaveLength(1);
    const [{ draft, context, text, reward }] = revisions;
    expect(draft).toBe(drafts[0]);
    const contexts = ["red missing green", "", "grey green missing red", "red missing green"];
    expect(textOf(context)).toBe(`say red green ${contexts[draft]}`);
    expect(text).toBe("green red");
    expect(reward).toBeNull();
  });

  test("regrade: the revision's reward, and whether it joins", async () => {
    const step = await stepWith();
    expect(groupAt(step, "revise").joined).toBeNull();
    const { revisions, joined, rows } = groupAt(step, "regrade");
    expect(revisions[0].reward).toBe(1);
    expect(joined).toBe(0);
    expect(rows).toEqual([]);
  });

  test("advantage: N + 1 rows, the draft's with its bonus", async () => {
    const { rows, drafts } = groupAt(await stepWith(), "advantage");
    expect(rows.map(({ source }) => source)).toEqual([...new Array(4).fill("rollout"), "revision"]);
    const rewards = [0.5, 0, 0.5, 0.5, 1];
    rewards[drafts[0]] += 0.05 * (1 - 0.5);
    rows.forEach(({ reward }, i) => expect(reward).toBeCloseTo(rewards[i], 12));
    const total = rows.reduce((sum, { advantage }) => sum + advantage, 0);
    expect(total).toBeCloseTo(0, 12);
  });

  test("gradient: before anything has changed; update: after", async () => {
    const learner = tinyLearner({ say: sayRedGreen });
    const start = learner.policy.parameters;
    const seen: Partial<Record<StepState["phase"], Float32Array>> = {};
    for await (const { phase, update } of trainStep(learner, [redGreen], methodConfig(), seedKey(1))) {
      seen[phase] = learner.policy.parameters;
      if (phase === "gradient") expect(update!.steps).toEqual([]);
      if (phase === "update")
        expect(update!.steps).toEqual([{ gradNorm: expect.any(Number), skipped: false }]);
    }
    expect(seen.gradient).toEqual(start);
    expect(seen.update).not.toEqual(start);
  });

  test("tokens are told of as they arrive: whose, and in which group", async () => {
    const heard = new Map<string, number[]>();
    const learner = tinyLearner({ say: sayRedGreen });
    const { last } = await runStep(learner, [wordTask("blue", "red"), redGreen], methodConfig(), {
      onToken: (source, group, sample, id) => {
        const name = `${source} ${group} ${sample}`;
        heard.set(name, [...(heard.get(name) ?? []), id]);
      },
    });
    last.groups.forEach((group, g) => {
      group.rollouts.forEach(({ rollout }, i) => expect(heard.get(`rollout ${g} ${i}`)).toEqual(rollout.ids));
      group.revisions.forEach(({ rollout, draft }) =>
        expect(heard.get(`revision ${g} ${draft}`)).toEqual(rollout.ids),
      );
    });
    expect(heard.size).toBe(10);
  });
});

describe("tokens are trained as they were sampled", () => {
  test("a response that was cut off gets no end token", async () => {
    const learner = tinyLearner({ say: sayRedGreen });
    const { last } = await runStep(learner, [redGreen], methodConfig());
    const cut = last.groups[0].rollouts[3].rollout;
    expect(cut).toMatchObject({ ids: idsOf("red"), finish: "length" });
    const [pass] = learner.policy.calls.filter(isBackward);
    expect(pass.trees[0].branches).toEqual(last.groups[0].rollouts.map(({ rollout }) => rollout.ids));
    expect(pass.trees[0].branches[3]).toEqual(idsOf("red"));
  });

  test("one that fills maxNewTokens is cut off there", async () => {
    const learner = tinyLearner({ say: () => "red grey grey grey grey ." });
    const { last } = await runStep(learner, [redGreen], methodConfig({ maxNewTokens: 3 }));
    expect(last.groups[0].rollouts[0].rollout).toMatchObject({
      ids: idsOf("red grey grey"),
      finish: "length",
    });
  });

  test("an end token that the policy produced is trained like any other", async () => {
    const learner = tinyLearner({ say: sayRedGreen });
    const { last } = await runStep(learner, [redGreen], methodConfig());
    const [row] = last.update!.rows;
    expect(row.ids).toEqual(idsOf("red ."));
    expect(row.gradients.coefficients[1]).not.toBe(0);
    // The end token is no part of the text that is graded.
    expect(last.groups[0].rollouts[0].text).toBe("red");
  });
});

describe("a grade that is unknown is never a reward of 0", () => {
  test("the rollout leaves the group's rows", async () => {
    const learner = tinyLearner({ say: sayRedGreen, isUnknown: (response) => response === "blue" });
    const { last } = await runStep(learner, [redGreen], methodConfig());
    const [group] = last.groups;
    expect(group.rollouts[1].reward).toBeNull();
    expect(group.rows.map(({ source, index }) => [source, index])).toEqual([
      ["rollout", 0],
      ["rollout", 2],
      ["rollout", 3],
      ["revision", 0],
    ]);
    // Weighed by the rows that the group really has: 1 / (4 rows · 2 tokens).
    expect(last.update!.rows[0].tokenWeight).toBe(1 / 8);
  });

  test("a revision does not join, and gives its draft no bonus", async () => {
    const learner = tinyLearner({ say: sayRedGreen, isUnknown: (response) => response === "green red" });
    const { last } = await runStep(learner, [redGreen], methodConfig());
    const [group] = last.groups;
    expect(group.revisions).toHaveLength(1);
    expect(group.joined).toBeNull();
    expect(group.rows.map(({ bonus }) => bonus)).toEqual([0, 0, 0, 0]);
  });

  test("a group without any reward is not trained, and takes nothing from the others", async () => {
    const learner = tinyLearner({
      say: (prompt, sample) => (prompt.includes("blue") ? "grey ." : sayRedGreen(prompt, sample)),
      isUnknown: (response) => response === "grey",
    });
    const { last } = await runStep(learner, [redGreen, wordTask("blue")], methodConfig());
    const { last: alone } = await runStep(tinyLearner({ say: sayRedGreen }), [redGreen], methodConfig());
    expect(last.groups[1].rows).toEqual([]);
    expect(last.update!.rows).toEqual(alone.update!.rows);
  });
});

describe("a revision prompt that does not fit the context", () => {
  test("is dropped and counted; the other groups' revisions stay theirs", async () => {
    // "say red green" + "grey green" + "missing red" is 7 tokens, "red" instead of "grey green" makes it 6.
    const drafts = ["grey green .", "red .", "grey green ."];
    const learner = tinyLearner({
      contextLength: 7,
      say: (prompt) => {
        if (prompt.includes("missing")) return "green .";
        return drafts[["red green", "green red", "red blue"].findIndex((words) => prompt === `say ${words}`)];
      },
    });
    const tasks = [wordTask("red", "green"), wordTask("green", "red"), wordTask("red", "blue")];
    const { last } = await runStep(learner, tasks, methodConfig({ rollouts: 2 }));
    expect(last.groups.map(({ droppedPrompts }) => droppedPrompts)).toEqual([1, 0, 1]);
    expect(last.groups.map(({ revisions }) => revisions.length)).toEqual([0, 1, 0]);
    expect(textOf(last.groups[1].revisions[0].context)).toBe("say green red red missing green");
    // One token of room: the revision is cut off there.
    expect(last.groups[1].revisions[0].rollout).toMatchObject({ ids: idsOf("green"), finish: "length" });
    expect(last.groups[0].rows.every(({ bonus }) => bonus === 0)).toBe(true);
  });

  test("a draft that the chat template cannot carry is dropped and counted too", async () => {
    const learner = tinyLearner({ say: sayRedGreen });
    const { encode } = learner.codec;
    const codec = {
      ...learner.codec,
      encode(messages: Parameters<typeof encode>[0]) {
        if (messages.length > 1)
          throw new HerlError("CHAT_TEMPLATE", "the draft reads like a control token", "none");
        return encode(messages);
      },
    };
    const { last } = await runStep({ ...learner, codec }, [redGreen], methodConfig());
    expect(last.groups[0]).toMatchObject({ droppedPrompts: 1, revisions: [], joined: null });
  });

  test("an instruction that does not fit is the user's to shorten: the step rejects", async () => {
    const learner = tinyLearner({ contextLength: 3, say: sayRedGreen });
    await expect(runStep(learner, [redGreen], methodConfig())).rejects.toMatchObject({
      code: "CONTEXT_TOO_LONG",
    });
  });
});
