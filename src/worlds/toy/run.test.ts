import { describe, expect, test } from "vitest";
import { variants, type Variant } from "../../herl/config";
import { expectedReward } from "./exact";
import { enumerate } from "./enumerate";
import { conflictingToy, reachableToy } from "./items";
import { toyMethod } from "./method";
import { findOptimum } from "./optimum";
import { habits, runToy } from "./run";
import { createToy, type ToyOptions } from "./toy";

const run = (
  options: ToyOptions,
  variant: Variant,
  {
    updates = 100,
    seed = 0,
    measureTransfer = false,
  }: { updates?: number; seed?: number; measureTransfer?: boolean } = {},
) => {
  const toy = createToy(options);
  return runToy(toy, toyMethod(toy, variant, 8, { measureTransfer }), { updates, seed });
};

describe("learning on a toy", { timeout: 30_000 }, () => {
  test.each(variants)("%s: climbs towards the optimum, and never above it", async (variant) => {
    for (const options of [reachableToy, conflictingToy]) {
      const points = await run(options, variant, { updates: 200 });
      const { value } = findOptimum(createToy(options));
      const rewards = points.map((point) => point.expectedReward);
      expect(points.length).toBe(201);
      expect(rewards[200]).toBeGreaterThan(rewards[0] + 0.3 * (value - rewards[0]));
      for (const reward of rewards) expect(reward).toBeLessThanOrEqual(value + 1e-9);
    }
  });

  test("a run is a pure function of its arguments; another seed is another run", async () => {
    const [first, again, other] = [
      await run(reachableToy, "herl"),
      await run(reachableToy, "herl"),
      await run(reachableToy, "herl", { seed: 1 }),
    ];
    expect(again).toEqual(first);
    expect(other.at(-1)!.expectedReward).not.toBe(first.at(-1)!.expectedReward);
  });

  test("points hold what is exact beside what was sampled", async () => {
    const toy = createToy(reachableToy);
    const theta = habits(toy, 3, 1);
    const config = toyMethod(toy, "he", 8);
    const points = await runToy(toy, config, { updates: 40, seed: 2, theta });
    expect(points[0].expectedReward).toBe(expectedReward(toy, enumerate(toy, theta)));
    for (const { chain, expectedReward: reward, update } of points) {
      expect(chain.error).toBeLessThanOrEqual(chain.deviationBound);
      expect(chain.deviationBound).toBeLessThanOrEqual(chain.unmetBound);
      expect(chain.unmet).toBeCloseTo(1 - reward, 12);
      if (!update) continue;
      expect(update.chain!.error).toBeLessThanOrEqual(update.chain!.deviationBound * (1 + 1e-12));
      expect(update.chain!.samples).toBe(7);
      expect(update.meanReward).toBeCloseTo(1 - update.chain!.unmet, 12);
    }
    const updates = points.flatMap(({ update }) => (update ? [update] : []));
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(updates.length).toBe(40);
    // Estimates scatter around what they estimate; revisions are better than what they revise.
    expect(mean(updates.map(({ meanReward }, i) => meanReward - points[i].expectedReward))).toBeCloseTo(0, 1);
    expect(mean(updates.flatMap(({ cosine }) => (cosine === null ? [] : [cosine])))).toBeGreaterThan(0.2);
    const revised = updates.flatMap(({ revision }, i) =>
      revision ? [{ ...revision, ...{ plain: points[i].expectedReward } }] : [],
    );
    expect(revised.length).toBeGreaterThan(5);
    expect(mean(revised.map(({ effect, plain }) => effect.expectedReward - plain))).toBeGreaterThan(0.05);
  });

  test("hindsight without strength: keeping or dropping its context is the same", async () => {
    const toy = createToy({ ...conflictingToy, kappa: 0 });
    const kept = toyMethod(toy, "he", 8);
    const dropped = { ...kept, hindsight: { ...kept.hindsight, context: "dropped" as const } };
    const options = { updates: 100, seed: 4 };
    const [a, b] = [await runToy(toy, kept, options), await runToy(toy, dropped, options)];
    a.forEach((point, i) => expect(point.expectedReward).toBeCloseTo(b[i].expectedReward, 5));
    const strong = { ...toy, kappa: 2 };
    const [c, d] = [await runToy(strong, kept, options), await runToy(strong, dropped, options)];
    expect(Math.abs(c[100].expectedReward - d[100].expectedReward)).toBeGreaterThan(1e-4);
  });

  test("transfer is measured on request; without strength all of it arrives", async () => {
    const measured = await run({ ...conflictingToy, kappa: 0 }, "he", { measureTransfer: true });
    const ratios = measured.flatMap(({ update }) => update?.transfer?.ratio ?? []);
    expect(ratios.length).toBeGreaterThan(10);
    for (const ratio of ratios) expect(ratio).toBeCloseTo(1, 2);
  });

  test("a hundred updates take a moment", async () => {
    await run(reachableToy, "herl"); // compiled
    const times: number[] = [];
    for (let seed = 0; seed < 5; seed++) {
      const start = performance.now();
      await run(reachableToy, "herl", { seed });
      times.push(performance.now() - start);
    }
    console.log(`100 updates of HeRL: ${Math.min(...times).toFixed(1)} ms at best`);
    expect(Math.min(...times)).toBeLessThan(400); // ten times what it takes on an idle core
  });
});
