import { describe, expect, test } from "vitest";
import { seedKey } from "../kernels/random/random";
import { measureBound } from "./measure_bound";
import { scaffoldShare } from "./scaffold";
import { runStep } from "./testing/run_step";
import {
  idsOf,
  methodConfig,
  textOf,
  tinyLearner,
  wordTask,
  type MethodOverrides,
} from "./testing/tiny_world";

describe("the share of the rubric that a member sees", () => {
  const fading = { start: 0.2, steepness: 10, updates: 11 };

  test("falls from the first member of a group to the last", () => {
    // At x = start the sigmoid is 1/2: update 3 of 11 is x = 0.2.
    const shares = [0, 1, 2, 3, 4].map((member) => scaffoldShare(member, 5, 3, fading));
    [0.5, 0.375, 0.25, 0.125, 0].forEach((share, i) => expect(shares[i]).toBeCloseTo(share, 12));
  });

  test("falls with training", () => {
    // 1 / (1 + e^{10 (x − 0.2)}) at x = 0, 0.2, 0.4 and 1
    const shares = [1, 3, 5, 11].map((step) => scaffoldShare(0, 5, step, fading));
    [0.880797, 0.5, 0.119203, 0.000335].forEach((share, i) => expect(shares[i]).toBeCloseTo(share, 6));
  });

  test("a cliff leaves nothing, and overflows nothing", () => {
    expect(scaffoldShare(0, 8, 40, { start: 0, steepness: 1000, updates: 40 })).toBe(0);
    expect(scaffoldShare(0, 8, 1, { start: 1, steepness: 1000, updates: 40 })).toBe(1);
  });

  test("a group of one sees what a first member would", () => {
    expect(scaffoldShare(0, 1, 3, fading)).toBe(0.5);
  });
});

describe("rollouts after a scaffold", () => {
  const task = wordTask("red", "green", "blue", "grey");
  // The whole rubric for the first of three members, half of it for the second, nothing for the last.
  const early = { enabled: true, start: 1, steepness: 1000, updates: 40 } as const;
  const stepOf = async (overrides: MethodOverrides = {}, options = {}) => {
    const learner = tinyLearner();
    const config = methodConfig({
      rollouts: 3,
      hindsight: { enabled: false },
      scaffold: early,
      ...overrides,
    });
    return { learner, config, ...(await runStep(learner, [task, task], config, options)) };
  };

  test("each member sees its share, drawn for it, and the last one none", async () => {
    const { last, learner } = await stepOf();
    const [first, second, third] = last.groups[0].rollouts;
    expect(first.shown).toEqual([0, 1, 2, 3]);
    expect(second.shown).toHaveLength(2);
    expect(third.shown).toBeUndefined();
    expect(textOf(first.context!)).toBe("say red green blue grey missing red green blue grey");
    const named = second.shown!.map((i) => task.rubric[i].text).join(" ");
    expect(textOf(second.context!)).toBe(`say red green blue grey missing ${named}`);
    expect(third.context).toBeUndefined();
    const [{ requests }] = learner.policy.calls.flatMap((call) => (call.kind === "sample" ? [call] : []));
    expect(requests.map(({ prompt, samples }) => [textOf(prompt).includes("missing"), samples])).toEqual(
      [true, true, false, true, true, false].map((isShown) => [isShown, 1]),
    );
    // No two members draw from the same stream.
    expect(new Set(requests.map(({ key }) => key.join())).size).toBe(6);
  });

  test("tokens are told of under the member that they belong to", async () => {
    const heard = new Map<string, number[]>();
    const { last } = await stepOf(
      {},
      {
        onToken: (_source: string, group: number, sample: number, id: number) => {
          const name = `${group} ${sample}`;
          heard.set(name, [...(heard.get(name) ?? []), id]);
        },
      },
    );
    last.groups.forEach(({ rollouts }, g) =>
      rollouts.forEach(({ rollout }, i) => expect(heard.get(`${g} ${i}`)).toEqual(rollout.ids)),
    );
  });

  test("once it has faded, every draw is RLVR's", async () => {
    const faded = { ...early, start: 0, updates: 2 };
    const { last } = await stepOf({ scaffold: faded }, { step: 2 });
    const { last: plain } = await stepOf({ scaffold: { enabled: false } });
    expect(last).toEqual(plain);
  });

  test("trained after the instruction alone the ratio is 1 all the same; or after what it was sampled after", async () => {
    const promptsOf = async (trained: "original" | "scaffolded") => {
      const { last } = await stepOf({ scaffold: { ...early, trained }, objective: { klCoef: 0.1 } });
      const { rows } = last.update!;
      expect(rows).toHaveLength(6);
      for (const { terms } of rows) for (const { ratio } of terms) expect(ratio).toBe(1);
      return [0, 1, 2].map((index) => rows.find((row) => row.group === 0 && row.index === index)!);
    };
    const original = await promptsOf("original");
    expect(original.map(({ prompt }) => prompt)).toEqual(new Array(3).fill(idsOf(task.prompt)));
    const scaffolded = await promptsOf("scaffolded");
    expect(scaffolded.map(({ prompt }) => textOf(prompt).includes("missing"))).toEqual([true, true, false]);
    // What was sampled is the same; what the policy thinks of it is not.
    expect(scaffolded[0].ids).toEqual(original[0].ids);
    expect(scaffolded[0].oldLogprobs).not.toEqual(original[0].oldLogprobs);
    expect(scaffolded[2].oldLogprobs).toEqual(original[2].oldLogprobs);
  });

  test("a prompt that leaves no room is left out: the member gets the instruction alone", async () => {
    // The instruction takes 5 tokens; with the whole rubric it is 10, with half of it 8.
    const learner = tinyLearner({ contextLength: 9 });
    const config = methodConfig({ rollouts: 3, hindsight: { enabled: false }, scaffold: early });
    const { last } = await runStep(learner, [task], config);
    expect(last.groups[0].rollouts.map(({ shown }) => shown?.length)).toEqual([undefined, 2, undefined]);
  });

  test("the bound is measured on samples of π(·|q) only", async () => {
    const { last, learner } = await stepOf();
    const group = last.groups[0];
    expect(await measureBound(learner.policy, group, { temperature: 1 })).toBeNull();
    const { last: plain } = await stepOf({ scaffold: { enabled: false } }, { key: seedKey(1) });
    expect(await measureBound(learner.policy, plain.groups[0], { temperature: 1 })).not.toBeNull();
  });
});
