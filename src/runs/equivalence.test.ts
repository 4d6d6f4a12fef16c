/** Methods that must agree do, to the last number of the digest. */
import { describe, expect, test } from "vitest";
import { variantSettings, type Variant } from "../herl/config";
import { runStep } from "../herl/testing/run_step";
import { methodConfig, sayRedGreen, redGreen, tinyLearner, wordTask } from "../herl/testing/tiny_world";
import { stepFields } from "./digest";

const tasks = [redGreen, wordTask("blue")];

/** A method on the tiny world with as many rollouts as the others. */
function methodOf(
  variant: Variant,
  { alpha = variantSettings(variant, 4).alpha, klCoef = 0, updates = 2 } = {},
) {
  const { enabled, context, weight } = variantSettings(variant, 4);
  return methodConfig({
    ...{ rollouts: 4, updates, measureTransfer: true, bonus: { alpha }, objective: { klCoef } },
    ...{ hindsight: { enabled, context, weight }, optimizer: { learningRate: 2 } },
  });
}

/** Two steps: what the digest is taken of, and the policy that they lead to. */
async function outcome(
  config: ReturnType<typeof methodOf>,
  say?: (prompt: string, sample: number) => string,
) {
  const learner = tinyLearner({ say });
  const states = [];
  for (let step = 0; step < 2; step++) states.push((await runStep(learner, tasks, config)).last);
  return { states, digest: states.map(stepFields), parameters: learner.policy.parameters };
}

describe("HeRL where some response of every group passes", () => {
  const say = (prompt: string, sample: number) =>
    prompt.includes("blue")
      ? ["blue .", ".", "grey blue .", "red ."][sample]
      : ["red .", "green red .", ".", "blue ."][sample];

  test.each([0, 0.1])("is RLVR with as many responses, with a KL coefficient of %d too", async (klCoef) => {
    const herl = await outcome(methodOf("herl", { klCoef }), say);
    const rlvr = await outcome(methodOf("rlvr", { klCoef }), say);
    expect(herl.digest).toEqual(rlvr.digest);
    expect(herl.parameters).toEqual(rlvr.parameters);
    expect(rlvr.states[0].update!.steps[0].gradNorm).toBeGreaterThan(0.01);
  });

  test("and is not where none does: this test can fail", async () => {
    const [herl, rlvr] = [
      await outcome(methodOf("herl"), sayRedGreen),
      await outcome(methodOf("rlvr"), sayRedGreen),
    ];
    expect(herl.digest).not.toEqual(rlvr.digest);
  });
});

describe("HeRL with α = 0", () => {
  test("is HE", async () => {
    const [herl, he] = [await outcome(methodOf("herl", { alpha: 0 })), await outcome(methodOf("he"))];
    expect(herl.digest).toEqual(he.digest);
    expect(herl.parameters).toEqual(he.parameters);
    expect(he.states.flatMap(({ groups }) => groups.flatMap(({ joined }) => joined ?? []))).not.toEqual([]);
  });

  test("and is not with its bonus", async () => {
    const [herl, he] = [
      await outcome(methodOf("herl"), sayRedGreen),
      await outcome(methodOf("he"), sayRedGreen),
    ];
    expect(herl.digest).not.toEqual(he.digest);
  });
});

describe("N identical responses, no revision and no KL", () => {
  test("give exactly no gradient, whatever their reward", async () => {
    for (const text of [".", "red .", "red green blue ."]) {
      const { states, parameters } = await outcome(methodOf("rlvr"), () => text);
      for (const { update } of states) {
        expect(update!.steps.map(({ gradNorm }) => gradNorm)).toEqual([0, 0]);
        expect(update!.objective + 0).toBe(0);
      }
      expect(parameters).toEqual(tinyLearner().policy.parameters);
    }
  });
});
