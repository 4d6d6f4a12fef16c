import { describe, expect, test } from "vitest";
import { log } from "../../kernels/math";
import { seedKey } from "../../kernels/random/random";
import type { Rollout } from "../../policy/policy";
import {
  idsOf,
  redGreen,
  tinyLearner,
  wordTask,
  words,
  type TinyLearnerOptions,
} from "../testing/tiny_world";
import { tinyDistribution } from "../testing/tiny_policy";
import type { Attempt, Explorer, Strategy } from "./attempt";
import { explore, type ExploreOptions } from "./explore";
import { nextFork, nextLikely } from "./fork";
import { bestFailure } from "./guided";

const explorer = (options: TinyLearnerOptions = {}) => ({
  ...tinyLearner(options),
  endIds: new Set([0]),
});

const options = (strategy: Strategy, attempts: number): ExploreOptions => ({
  ...{ strategy, attempts, temperature: 1, maxNewTokens: 6 },
});

const search = async (who: Explorer, strategy: Strategy, k: number, seed = 7) =>
  (await explore(who, [redGreen], seedKey(seed), options(strategy, k)))[0];

/** An attempt with these words, of which only what a test is about matters. */
const attempt = (
  text: string,
  reward: number | null,
  other: Partial<Attempt> & { entropies?: number[] } = {},
) => {
  const ids = idsOf(text);
  const rollout: Rollout = {
    ids,
    logprobs: new Float32Array(ids.length),
    entropies: Float32Array.from(other.entropies ?? ids.map(() => 1)),
    finish: "stop",
  };
  const base: Attempt = {
    ...{ rollout, text, verdicts: [], reward, parent: null, fork: null },
    ...{ promptTokens: 3, newTokens: ids.length },
  };
  return { ...base, ...other };
};

describe("stochastic", () => {
  test("k samples of one request: those that the policy gives for it", async () => {
    const who = explorer();
    const attempts = await search(who, "stochastic", 5);
    const [call] = who.policy.calls;
    if (call.kind !== "sample") throw new Error("it samples");
    expect(who.policy.calls).toHaveLength(1);
    const [rollouts] = await who.policy.sample(call.requests, call.options);
    expect(attempts.map(({ rollout }) => rollout)).toEqual(rollouts);
    expect(new Set(attempts.map(({ text }) => text)).size).toBeGreaterThan(1);
    for (const { parent, fork, promptTokens, newTokens, rollout } of attempts)
      expect([parent, fork, promptTokens, newTokens]).toEqual([null, null, 3, rollout.ids.length]);
  });

  test("goes on after a response that passes", async () => {
    const attempts = await search(explorer({ say: () => "green red ." }), "stochastic", 3);
    expect(attempts.map(({ reward }) => reward)).toEqual([1, 1, 1]);
  });
});

describe("entropy search", () => {
  test("forks at the highest entropy, then at the next one; keeps what stood before", async () => {
    const who = explorer();
    const attempts = await search(who, "entropy", 4);
    const [root] = attempts;
    expect(root).toEqual((await search(explorer(), "stochastic", 1))[0]);
    for (const [j, { parent, fork, rollout, newTokens, promptTokens }] of attempts.entries()) {
      if (j === 0) continue;
      const earlier = attempts.slice(0, j);
      const from = earlier[parent!];
      expect(from.reward).toBe(Math.max(...earlier.map(({ reward }) => reward!)));
      expect(rollout.ids.slice(0, fork!)).toEqual(from.rollout.ids.slice(0, fork!));
      expect(rollout.ids[fork!]).not.toBe(from.rollout.ids[fork!]);
      expect(newTokens).toBe(rollout.ids.length - fork!);
      expect(promptTokens).toBe(3 + fork!);
      expect(rollout.logprobs).toHaveLength(rollout.ids.length);
      expect(rollout.entropies).toHaveLength(rollout.ids.length);
    }
    const { entropies } = root.rollout;
    expect(attempts[1].fork).toBe(entropies.indexOf(Math.max(...entropies)));
  });

  test("the forced token is the most likely one that was not tried, with its log-probability", async () => {
    const who = explorer();
    const [root, second] = await search(who, "entropy", 2);
    const { parameters, vocab } = who.policy;
    const kept = root.rollout.ids.slice(0, second.fork!);
    const prompt = [...idsOf(redGreen.prompt), ...kept];
    const p = tinyDistribution(parameters, vocab, { prompt, previous: prompt.at(-1)! });
    const others = [...p.keys()].filter((id) => id !== root.rollout.ids[second.fork!]);
    const likely = others.reduce((a, b) => (p[b] > p[a] ? b : a));
    expect(second.rollout.ids[second.fork!]).toBe(likely);
    expect(second.rollout.logprobs[second.fork!]).toBeCloseTo(log(p[likely]), 6);
  });

  test("a forced end is the end: nothing is sampled after it", async () => {
    // Of one token each, every response forks at its only token: all seven tokens come, the end among them.
    const who = explorer({ say: (prompt) => (prompt === redGreen.prompt ? "blue" : undefined) });
    const attempts = (
      await explore(who, [redGreen], seedKey(1), { ...options("entropy", words.length), maxNewTokens: 1 })
    )[0];
    const first = attempts.map(({ rollout }) => rollout.ids);
    expect(first.map(([id]) => words[id]).sort()).toEqual([...words].sort());
    const end = attempts.find(({ rollout }) => rollout.ids[0] === 0)!;
    expect(end.rollout).toMatchObject({ ids: [0], finish: "stop" });
    expect(attempts.filter((a) => a !== end).every(({ rollout }) => rollout.finish === "length")).toBe(true);
    // The root alone was sampled; a round without requests asks for nothing.
    const asked = who.policy.calls.flatMap((call) => (call.kind === "sample" ? call.requests : []));
    expect(asked).toHaveLength(1);
  });

  test("when every token was tried, it samples", async () => {
    const who = explorer({ say: (prompt) => (prompt === redGreen.prompt ? "blue" : undefined) });
    const k = words.length + 1;
    const [attempts] = await explore(who, [redGreen], seedKey(1), {
      ...options("entropy", k),
      maxNewTokens: 1,
    });
    expect(attempts[k - 1]).toMatchObject({ parent: null, fork: null, text: "blue" });
  });

  test("a fork is cut off where a plain sample would have been", async () => {
    const who = explorer({ say: () => "red red red red red red red red red" });
    const [attempts] = await explore(who, [redGreen], seedKey(1), options("entropy", 6));
    expect(attempts.map(({ rollout }) => rollout.ids.length).filter((n) => n > 6)).toEqual([]);
    expect(attempts.filter(({ rollout }) => rollout.ids.length === 6).length).toBeGreaterThan(3);
    expect(attempts.every(({ rollout }) => (rollout.ids.at(-1) === 0) === (rollout.finish === "stop"))).toBe(
      true,
    );
  });

  test("which fork is next", () => {
    const root = attempt("red blue grey .", 0.5, { entropies: [0.2, 0.9, 0.9, 0.1] });
    expect(nextFork([root])).toEqual({ parent: 0, position: 1, tried: new Set(idsOf("blue")) });
    // Forked there: the next entropy of the best branch, which is still the first of equals.
    const worse = attempt("red green .", 0.5, { parent: 0, fork: 1, entropies: [0.2, 0.9, 2] });
    expect(nextFork([root, worse])).toEqual({ parent: 0, position: 2, tried: new Set(idsOf("grey")) });
    // A better branch: its own tokens; the one that it was forked at counts as forked.
    const better = { ...worse, reward: 1 };
    expect(nextFork([root, better])).toMatchObject({ parent: 1, position: 2 });
    const third = attempt("red green red", 1, { parent: 1, fork: 2, entropies: [0.2, 0.9, 2] });
    expect(nextFork([root, better, third])).toMatchObject({ parent: 1, position: 0 });
    // Each token forked at once: from the highest entropy again, where three were tried.
    const fourth = attempt("blue .", 0, { parent: 1, fork: 0, entropies: [0.2, 0] });
    const again = nextFork([root, better, third, fourth]);
    expect(again).toEqual({ parent: 1, position: 2, tried: new Set(idsOf(". red")) });
    // What could not be graded is never the best.
    expect(nextFork([attempt("blue .", null), root]).parent).toBe(1);
  });

  test("the next likely token", () => {
    expect(nextLikely([-1, -0.5, -2], new Set([1]))).toBe(0);
    expect(nextLikely([-1, -0.5, -2], new Set([0, 1, 2]))).toBeNull();
  });
});

describe("guided", () => {
  const say = (prompt: string) => {
    if (!prompt.includes("missing")) return "blue .";
    return prompt.includes("missing green") ? "red green ." : "grey red .";
  };

  test("revises the best failure with what it missed, until one passes", async () => {
    const who = explorer({ say });
    const attempts = await search(who, "guided", 6);
    expect(attempts.map(({ text, reward, parent }) => [text, reward, parent])).toEqual([
      ["blue", 0, null],
      ["grey red", 0.5, 0],
      ["red green", 1, 1],
    ]);
    const asked = who.policy.calls.flatMap((call) => (call.kind === "sample" ? call.requests : []));
    expect(asked[1].prompt).toEqual(idsOf("say red green blue missing red green"));
    expect(asked[2].prompt).toEqual(idsOf("say red green grey red missing green"));
    expect(attempts.map(({ promptTokens }) => promptTokens)).toEqual([3, 7, 7]);
    expect(attempts.map(({ newTokens }) => newTokens)).toEqual([2, 3, 3]);
  });

  test("the best failure: the highest reward, the latest of equals; passes and unknown grades are none", () => {
    const rewards = (...list: (number | null)[]) => list.map((reward) => attempt("blue .", reward));
    expect(bestFailure(rewards(0.5, 0.5, 0))).toBe(1);
    expect(bestFailure(rewards(0, null, 1))).toBe(0);
    expect(bestFailure(rewards(null, 1))).toBeNull();
  });

  test("without a grade to go by, or room for the prompt, it samples", async () => {
    const unknown = await search(explorer({ isUnknown: () => true }), "guided", 2);
    expect(unknown.map(({ parent, promptTokens }) => [parent, promptTokens])).toEqual([
      [null, 3],
      [null, 3],
    ]);
    expect(unknown[0].rollout).not.toEqual(unknown[1].rollout);
    const crowded = await search(explorer({ say: () => "blue grey .", contextLength: 8 }), "guided", 2);
    expect(crowded.map(({ parent }) => parent)).toEqual([null, null]);
  });
});

describe("whatever the strategy", () => {
  const tasks = [redGreen, wordTask("blue", "grey"), wordTask("grey")];
  const three = ["stochastic", "entropy", "guided"] as const;

  test.each(three)("%s: an instruction's attempts do not depend on its company", async (strategy) => {
    const together = await explore(explorer(), tasks, seedKey(3), options(strategy, 5));
    for (const [i, task] of tasks.entries())
      expect((await explore(explorer(), [task], seedKey(3), options(strategy, 5)))[0]).toEqual(together[i]);
    expect(await explore(explorer(), tasks, seedKey(4), options(strategy, 5))).not.toEqual(together);
  });

  test.each(three)("%s: fewer attempts are the first of more", async (strategy) => {
    const more = await search(explorer(), strategy, 6);
    expect(await search(explorer(), strategy, 3)).toEqual(more.slice(0, 3));
  });

  test.each(three)("%s: tells of each attempt, and stops when it is told to", async (strategy) => {
    const told: [number, Attempt][] = [];
    const all = await explore(explorer(), tasks, seedKey(3), {
      ...options(strategy, 4),
      onAttempt: (task, made) => void told.push([task, made]),
    });
    expect(tasks.map((_, i) => told.flatMap(([task, made]) => (task === i ? [made] : [])))).toEqual(all);

    const stop = new AbortController();
    const who = explorer();
    const stopped = explore(who, tasks, seedKey(3), {
      ...options(strategy, 4),
      signal: stop.signal,
      onAttempt: () => stop.abort(new Error("enough")),
    });
    if (strategy === "stochastic") await stopped;
    else await expect(stopped).rejects.toThrow("enough");
    await expect(
      explore(who, tasks, seedKey(3), { ...options(strategy, 4), signal: stop.signal }),
    ).rejects.toThrow("enough");
  });

  test.each(three)("%s: the policy is left as it was", async (strategy) => {
    const who = explorer();
    const before = await who.policy.snapshot();
    await explore(who, tasks, seedKey(3), options(strategy, 4));
    expect(await who.policy.snapshot()).toEqual(before);
    expect(who.policy.calls.every(({ kind }) => kind === "sample")).toBe(true);
  });
});
