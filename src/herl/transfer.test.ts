import { describe, expect, test } from "vitest";
import { runStep } from "./testing/run_step";
import { tinyLogprobs } from "./testing/tiny_policy";
import { methodConfig, tinyLearner, wordTask, words, type MethodOverrides } from "./testing/tiny_world";

/** Two groups that are revised, and one that passes at once. */
const tasks = [wordTask("red", "green"), wordTask("blue"), wordTask("grey")];

const say = (prompt: string, sample: number): string => {
  if (prompt.startsWith("say grey")) return "grey .";
  if (prompt.includes("missing")) return prompt.includes("blue") ? "say blue ." : "green red .";
  return ["red .", "grey green .", "."][sample];
};

const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);

async function transferOf(overrides: MethodOverrides = {}, analyze = false) {
  const config = methodConfig({ rollouts: 3, measureTransfer: true, ...overrides });
  const learner = tinyLearner({ say });
  const before = learner.policy.parameters;
  const { last } = await runStep(learner, tasks, config, { analyze });
  return { learner, before, after: learner.policy.parameters, last, transfer: last.transfer };
}

describe("does hindsight transfer?", () => {
  test.each([
    ["HeRL", {}],
    [
      "NaiveHE: the trained context is q itself, both changes are looked at",
      { hindsight: { context: "dropped" } },
    ],
    ["several updates", { updates: 3 }],
    ["another temperature", { temperature: 0.6 }],
  ] satisfies [string, MethodOverrides][])(
    "by hand, for the revisions that joined: %s",
    async (_name, overrides) => {
      const { before, after, last, transfer } = await transferOf({
        optimizer: { learningRate: 2 },
        ...overrides,
      });
      const { temperature = 1 }: MethodOverrides = overrides;
      const byHand = [0, 1].map((g) => {
        const { prompt, revisions, joined } = last.groups[g];
        const { context, rollout } = revisions[joined!];
        const logprobs = (theta: Float32Array, prompt: readonly number[]) =>
          tinyLogprobs(theta, words.length, prompt, rollout.ids, temperature);
        return {
          withHindsight: logprobs(before, context),
          without: logprobs(before, prompt),
          changeWith: sum(logprobs(after, context)) - sum(logprobs(before, context)),
          changeWithout: sum(logprobs(after, prompt)) - sum(logprobs(before, prompt)),
        };
      });

      expect(transfer!.revisions.map(({ group }) => group)).toEqual([0, 1]);
      transfer!.revisions.forEach((measured, i) => {
        const expected = byHand[i];
        expected.without.forEach((l, t) => expect(measured.without[t]).toBeCloseTo(l, 5));
        expected.withHindsight.forEach((l, t) => expect(measured.withHindsight[t]).toBeCloseTo(l, 5));
        expect(measured.changeWith).toBeCloseTo(expected.changeWith, 5);
        expect(measured.changeWithout).toBeCloseTo(expected.changeWithout, 5);
      });

      // The gap is a mean over tokens: ln π(τ̃_t|q,H) − ln π(τ̃_t|q).
      const gaps = byHand.flatMap(({ withHindsight, without }) =>
        withHindsight.map((l, t) => l - without[t]),
      );
      expect(gaps).toHaveLength(6);
      expect(Math.abs(sum(gaps) / 6)).toBeGreaterThan(1e-3);
      expect(transfer!.gap).toBeCloseTo(sum(gaps) / 6, 5);

      expect(transfer!.changeWith).toBeCloseTo(sum(byHand.map((r) => r.changeWith)) / 2, 5);
      expect(transfer!.changeWithout).toBeCloseTo(sum(byHand.map((r) => r.changeWithout)) / 2, 5);

      // Over several revisions it is a ratio of sums, not a mean of ratios.
      const ratio = sum(byHand.map((r) => r.changeWithout)) / sum(byHand.map((r) => r.changeWith));
      expect(transfer!.ratio).toBeCloseTo(ratio, 3);
    },
  );

  test("to first order it meets the measured changes as the rate goes to zero", async () => {
    const errorAt = async (learningRate: number) => {
      const { transfer } = await transferOf({ optimizer: { learningRate, maxGradNorm: 0 } }, true);
      return transfer!.revisions.flatMap(({ changeWith, changeWithout, gradients }) => {
        expect(Math.abs(gradients!.firstOrderWith)).toBeGreaterThan(1e-4);
        return [changeWith / gradients!.firstOrderWith - 1, changeWithout / gradients!.firstOrderWithout - 1];
      });
    };
    const [large, small] = [await errorAt(1), await errorAt(0.05)];
    small.forEach((error, i) => {
      expect(Math.abs(error)).toBeLessThan(0.02);
      expect(Math.abs(error)).toBeLessThan(Math.max(2e-3, 0.2 * Math.abs(large[i])));
    });
  });

  test("isolated: by finite differences along the revision's own gradient", async () => {
    const { before, last, transfer } = await transferOf({}, true);
    const revision = transfer!.revisions[0];
    const { prompt, revisions, joined } = last.groups[0];
    const { context, rollout } = revisions[joined!];
    const total = (theta: ArrayLike<number>, prompt: readonly number[]) =>
      sum(tinyLogprobs(theta, words.length, prompt, rollout.ids));
    const gradient = (prompt: readonly number[]) =>
      Array.from(before, (_, i) => {
        const at = (h: number) =>
          total(
            Float64Array.from(before, (x, j) => (i === j ? x + h : x)),
            prompt,
          );
        return (at(1e-5) - at(-1e-5)) / 2e-5;
      });
    const [withHindsight, without] = [gradient(context), gradient(prompt)];
    const product = sum(without.map((g, i) => g * withHindsight[i]));
    expect(revision.gradients!.product).toBeCloseTo(product, 4);
    expect(revision.gradients!.square).toBeCloseTo(sum(withHindsight.map((g) => g * g)), 4);

    // Over several revisions they are ratios of sums.
    const all = transfer!.revisions.map(({ gradients }) => gradients!);
    const ratio = (above: number[], below: number[]) => sum(above) / sum(below);
    expect(transfer!.isolated).toBeCloseTo(
      ratio(
        all.map((g) => g.product),
        all.map((g) => g.square),
      ),
      6,
    );
    expect(transfer!.firstOrder).toBeCloseTo(
      ratio(
        all.map((g) => g.firstOrderWithout),
        all.map((g) => g.firstOrderWith),
      ),
      6,
    );
  });

  test("analysing changes nothing but what is known", async () => {
    const [plain, analyzed] = [await transferOf(), await transferOf({}, true)];
    expect(analyzed.after).toEqual(plain.after);
    expect(analyzed.transfer!.gap).toBe(plain.transfer!.gap);
    expect(plain.transfer).toMatchObject({ firstOrder: null, isolated: null });
    expect(plain.last.bound).toBeNull();
  });

  test("undefined when the update hardly moves what was trained", async () => {
    const { transfer } = await transferOf({ optimizer: { learningRate: 1e-7 } });
    expect(transfer!.ratio).toBeNull();
    expect(transfer!.revisions).toHaveLength(2);
  });

  test("null when no revision joined, or when it is not asked for", async () => {
    expect((await transferOf({ hindsight: { enabled: false } })).transfer).toBeNull();
    expect((await transferOf({ measureTransfer: false })).transfer).toBeNull();
  });

  test("what the update has scored itself is not scored again, and nothing here trains", async () => {
    const { learner } = await transferOf();
    const order = learner.policy.calls.map((call) => (call.kind === "score" ? call.trees.length : call.kind));
    expect(order).toEqual(["sample", "sample", "backward", 2, "step", 4]);
  });
});
