import { describe, expect, test } from "vitest";
import { deriveKey, seedKey } from "../kernels/random/random";
import { isWasted } from "./dynamic";
import { runStep } from "./testing/run_step";
import { samples } from "./testing/samples";
import { methodConfig, tinyLearner, wordTask, type MethodOverrides } from "./testing/tiny_world";

describe("which groups will give no gradient", () => {
  const wasted = (rewards: (number | null)[], overrides: MethodOverrides = {}) =>
    isWasted(
      { rollouts: samples(...rewards) },
      methodConfig({ hindsight: { enabled: false }, ...overrides }),
    );

  test("those whose known rewards span less than 1e-6", () => {
    expect(wasted([0.5, 0.5, 0.5])).toBe(true);
    expect(wasted([0.5, 0.5 + 9e-7])).toBe(true);
    expect(wasted([0.5, 0.5 + 1.1e-6])).toBe(false);
    expect(wasted([0.5, null, 0.5])).toBe(true);
  });

  test("a group that nothing is known of stays: another instruction does not help the judge", () => {
    expect(wasted([null, null])).toBe(false);
  });

  test("with hindsight, only those that all passed: the others will be revised", () => {
    const hindsight = { enabled: true };
    expect(wasted([0.5, 0.5], { hindsight })).toBe(false);
    expect(wasted([1, 1], { hindsight })).toBe(true);
  });

  test("not where rewards differ by length", () => {
    const [short, long] = samples(1, 1);
    const rollouts = [short, { ...long, rollout: { ...long.rollout, ids: [1, 1, 1, 1, 1, 0] } }];
    const config = (overlongTokens: number) =>
      methodConfig({ hindsight: { enabled: false }, sampling: { overlongTokens } });
    expect(isWasted({ rollouts }, config(0))).toBe(true);
    expect(isWasted({ rollouts }, config(2))).toBe(false);
  });

  test("of pairs from the group too, but not where something else than its rewards is trained on", () => {
    expect(wasted([1, 1], { objective: { loss: "preference" } })).toBe(true);
    expect(wasted([1, 1], { objective: { loss: "preference" }, preference: { pairs: "file" } })).toBe(false);
    expect(wasted([1, 1], { objective: { loss: "crossEntropy" } })).toBe(false);
    expect(wasted([1, 1], { process: { scores: "segments" } })).toBe(false);
  });
});

describe("dynamic sampling", () => {
  // Blue is always said, and grey never; of red and green half of the responses know one.
  const say = (prompt: string, sample: number) => {
    if (prompt === "say blue") return "blue .";
    if (prompt === "say grey") return "red .";
    return sample % 2 === 0 ? "red ." : "grey .";
  };
  const fresh = new Map([
    ["1 0", wordTask("blue")],
    ["1 2", wordTask("red")],
    ["2 0", wordTask("red", "green")],
  ]);
  const asked: string[] = [];
  const freshTask = (round: number, place: number) => {
    asked.push(`${round} ${place}`);
    return fresh.get(`${round} ${place}`)!;
  };
  const tasks = [wordTask("blue"), wordTask("green", "red"), wordTask("grey")];
  const config = (dynamicRounds: number) =>
    methodConfig({ hindsight: { enabled: false }, sampling: { dynamicRounds } });
  const promptsOf = (groups: readonly { task: { prompt: string } }[]) =>
    groups.map(({ task }) => task.prompt);

  test("groups without a spread are replaced in their places, round by round; the others stay", async () => {
    asked.length = 0;
    const learner = tinyLearner({ say });
    const { last, states } = await runStep(learner, tasks, config(4), { freshTask });
    expect(asked).toEqual(["1 0", "1 2", "2 0"]);
    expect(promptsOf(last.groups)).toEqual(["say red green", "say green red", "say red"]);
    // What was replaced, and what came in vain: nothing is lost.
    expect(promptsOf(last.discarded)).toEqual(["say blue", "say grey", "say blue"]);
    expect(last.groups.every(({ rows }) => rows.some(({ advantage }) => advantage !== 0))).toBe(true);
    expect(states.map(({ phase }) => phase).slice(0, 5)).toEqual([
      "sample",
      "grade",
      "grade",
      "grade",
      "select",
    ]);
    expect(states[1].groups[0].task.prompt).toBe("say blue");
  });

  test("what is not filled when the rounds are over stays as it was", async () => {
    const { last } = await runStep(tinyLearner({ say }), tasks, config(1), { freshTask });
    expect(promptsOf(last.groups)).toEqual(["say blue", "say green red", "say red"]);
    expect(promptsOf(last.discarded)).toEqual(["say blue", "say grey"]);
  });

  test("the first round draws as ever, later ones from keys of their own", async () => {
    const learner = tinyLearner({ say });
    const key = seedKey(5);
    await runStep(learner, tasks, config(2), { freshTask, key });
    const keys = learner.policy.calls.flatMap((call) =>
      call.kind === "sample" ? call.requests.map((request) => request.key) : [],
    );
    expect(keys).toEqual([
      ...[0, 1, 2].map((place) => deriveKey(key, "rollouts", place)),
      ...[0, 2].map((place) => deriveKey(key, "dynamic", 1, place)),
      deriveKey(key, "dynamic", 2, 0),
    ]);
  });

  test("nobody hears of the tokens of replacements: they may come to nothing", async () => {
    const heard = new Map<string, number>();
    const onToken = (_source: string, group: number, sample: number) =>
      void heard.set(`${group} ${sample}`, (heard.get(`${group} ${sample}`) ?? 0) + 1);
    await runStep(tinyLearner({ say }), tasks, config(2), { freshTask, onToken });
    expect([...heard.values()]).toEqual(new Array(12).fill(2));
  });

  test("without rounds, or without other tasks, the batch is what it was", async () => {
    const plain = await runStep(tinyLearner({ say }), tasks, config(0));
    for (const options of [{ rounds: 0, freshTask }, { rounds: 3 }]) {
      const { rounds, ...rest } = options;
      const { last } = await runStep(tinyLearner({ say }), tasks, config(rounds), rest);
      expect(last).toEqual(plain.last);
    }
    expect(plain.last.discarded).toEqual([]);
  });
});
