/** Units of an experiment on the embedded model: trained, probed, taken up from a store, and run again. */
import { expect, test } from "vitest";
import { CpuBackend } from "../src/compute/cpu";
import { repeatUnit, runUnit, type KeptTraining, type TrainingStore } from "../src/experiments/run_unit";
import type { Part } from "../src/experiments/experiment";
import { smallExperiment } from "../src/experiments/testing/small";
import { unitsOf, type Unit } from "../src/experiments/units";
import { pocketModel } from "./pocket";

const settings = {
  ...{ groups: 2, rollouts: 3, maxNewTokens: 40, measureTransfer: false, analyzeEvery: 0 },
  ...{ "evaluation.every": 2, "evaluation.heldout": 4, "evaluation.close": 0, "evaluation.ood": 3 },
};
const small = (part: Partial<Part>) =>
  unitsOf(smallExperiment({ preset: "pocket", seeds: [3], settings, ...part }), {
    modelHash: () => pocketModel.sha256,
    rates: {},
  }) as Unit[];

const machine = async () => ({ backend: await CpuBackend.create(), model: pocketModel, clock: () => 0 });

function memoryStore() {
  const kept = new Map<string, KeptTraining>();
  const store: TrainingStore = {
    load: ({ trainingKey }) => kept.get(trainingKey) ?? null,
    save: ({ trainingKey }, training) => void kept.set(trainingKey, training),
  };
  return { kept, store };
}

const probes: Part["probes"] = [
  { kind: "passAtK", split: "heldout", tasks: 4, samples: 4 },
  { kind: "explore", split: "ood", tasks: 3, attempts: 3 },
  { kind: "refine", split: "heldout", tasks: 3, rounds: 2 },
];

test("a unit has its curve, its evaluations with a digest each, and the same numbers every time", async () => {
  const [unit] = small({ steps: 4 });
  const result = await runUnit(unit, await machine());
  expect(result.curve["step"]).toEqual([1, 2, 3, 4]);
  expect(result.evaluations.map(({ step, split }) => `${step} ${split}`)).toEqual([
    ...["0 heldout", "0 ood", "2 heldout", "2 ood", "4 heldout", "4 ood"],
  ]);
  expect(result.evaluations[0]).not.toHaveProperty("by_id");
  expect(Object.keys(result.digests)).toEqual(["0", "2", "4"]);
  expect(result.digests["4"]).toBe(result.digest);
  expect(await runUnit(unit, await machine())).toEqual(result);

  // Again as far as the first evaluation: the same digest, and another one where the record was changed.
  const again = await repeatUnit(unit, result, await machine());
  expect(again).toEqual({ steps: 2, digest: result.digests["2"], expected: result.digests["2"] });
  const [other] = small({ steps: 4, seeds: [4] });
  const differs = await repeatUnit(other, result, await machine());
  expect(differs.digest).not.toBe(differs.expected);
});

test("what was trained is taken up from a store, and probes give the same numbers as after training", async () => {
  const { kept, store } = memoryStore();
  const [plain] = small({ steps: 2 });
  const trained = await runUnit(plain, await machine(), store);
  expect([...kept.keys()]).toEqual([plain.trainingKey]);
  const [probed] = small({ steps: 2, probes });
  const fresh = await runUnit(probed, await machine());
  const takenUp = await runUnit(probed, await machine(), store);
  expect(takenUp).toEqual(fresh);
  expect(takenUp.digests).toEqual(trained.digests);
  expect(takenUp.digest).not.toBe(trained.digest);
  expect(Object.keys(fresh.probes)).toEqual(
    expect.arrayContaining([
      ...["passAtK.heldout.1", "passAtK.heldout.2", "passAtK.heldout.4", "passAtK.heldout.best"],
      ...["explore.ood.guided.3", "explore.ood.entropy.tokens.3", "explore.ood.stochastic.reward.1"],
      ...["refine.heldout.2", "refine.heldout.gain"],
    ]),
  );
  for (const value of Object.values(fresh.probes)) expect(Number.isFinite(value)).toBe(true);
});

test("the base model is probed without an update, and run again as a whole", async () => {
  const [base] = small({
    steps: 0,
    settings: { ...settings, "evaluation.every": 0 },
    probes: probes.slice(0, 1),
  });
  const result = await runUnit(base, await machine());
  expect(result).toMatchObject({ curve: {}, evaluations: [], digests: {} });
  const again = await repeatUnit(base, result, await machine());
  expect(again).toEqual({ steps: 0, digest: result.digest, expected: result.digest });
});

test("an arm after another starts from its adapter, kept or trained again", async () => {
  const arms: Part["arms"] = [
    { name: "I", method: "herl" },
    { name: "II", method: "rlvr", after: "I" },
    { name: "alone", method: "rlvr" },
  ];
  const [first, second, alone] = small({ steps: 2, arms });
  const { store } = memoryStore();
  const end = await runUnit(first, await machine(), store);
  const stored = await runUnit(second, await machine(), store);
  expect(await runUnit(second, await machine())).toEqual(stored);
  // It begins where the first ended: the same evaluation, on other tasks than a run from the base.
  const heldout = ({ evaluations }: typeof end, step: number) =>
    evaluations.find((row) => row.step === step && row.split === "heldout");
  expect(heldout(stored, 0)).toEqual({ ...heldout(end, 2), step: 0 });
  expect(stored.digest).not.toBe((await runUnit(alone, await machine())).digest);
});
