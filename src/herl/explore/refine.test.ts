import { expect, test } from "vitest";
import { seedKey } from "../../kernels/random/random";
import { redGreen, tinyLearner, wordTask } from "../testing/tiny_world";
import { refine } from "./refine";

/** "say red green" takes two revisions, "say blue" none, "say grey" never gets there. */
const say = (prompt: string, sample: number) => {
  if (prompt === "say blue") return "blue .";
  if (prompt.startsWith("say grey")) return sample === 1 ? "grey ." : "red .";
  if (!prompt.includes("missing")) return sample === 1 ? "red green ." : "blue .";
  return prompt.includes("missing green") ? "red green ." : "red .";
};
const tasks = [redGreen, wordTask("blue"), wordTask("grey")];
const options = { rounds: 3, temperature: 1, maxNewTokens: 6 };

test("rounds keep the best, revise only what fails, and stand beside as many samples", async () => {
  const explorer = { ...tinyLearner({ say }), endIds: new Set([0]) };
  const { rounds, refined, sampled } = await refine(explorer, tasks, seedKey(1), options);
  expect(rounds.map(({ round }) => round)).toEqual([1, 2, 3]);
  expect(rounds.map(({ tried }) => tried)).toEqual([3, 2, 2]);
  expect(rounds.map(({ newest }) => newest)).toEqual([1 / 3, 0.25, 0.5]);
  expect(rounds.map(({ reward }) => reward)).toEqual([1 / 3, 0.5, 2 / 3]);
  expect(rounds.map(({ allMet: { count, of } }) => [count, of])).toEqual([
    [1, 3],
    [1, 3],
    [2, 3],
  ]);
  expect(rounds.map(({ cost }) => cost.responses)).toEqual([3, 5, 7]);

  // Of three samples each, one passes "say red green" and one "say grey".
  const means = rounds.map(({ sampling }) => sampling.passAtK.mean!);
  expect(means[0]).toBeCloseTo((1 / 3 + 1 + 1 / 3) / 3, 12);
  expect(means[1]).toBeCloseTo((2 / 3 + 1 + 2 / 3) / 3, 12);
  expect(means[2]).toBeCloseTo(1, 12);
  expect(rounds.map(({ sampling }) => sampling.cost.responses)).toEqual([3, 6, 9]);
  expect(refined.map(([first]) => first)).toEqual(sampled.map(([first]) => first));
});

test("it can be stopped", async () => {
  const explorer = { ...tinyLearner({ say }), endIds: new Set([0]) };
  const stop = new AbortController();
  const stopped = refine(explorer, tasks, seedKey(1), {
    ...{ ...options, signal: stop.signal },
    onAttempt: () => stop.abort(new Error("enough")),
  });
  await expect(stopped).rejects.toThrow("enough");
});
