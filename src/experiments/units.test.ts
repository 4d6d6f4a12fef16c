import { expect, test } from "vitest";
import { readExperiment } from "./read_experiment";
import { sampleUnits } from "./sample_units";
import { smallExperiment } from "./testing/small";
import { isWaiting, unitsOf, type Surroundings, type Unit } from "./units";

const here: Surroundings = {
  modelHash: (name) => (name === "pocket-9" ? null : `hash of ${name}`),
  rates: {},
};
const unitsIn = (...args: Parameters<typeof smallExperiment>) =>
  unitsOf(smallExperiment(...args), here) as Unit[];

test("parts × arms × models × seeds, in the order of the definition, with the arms' configurations", () => {
  const units = unitsIn({ models: ["pocket", "pocket-2"], settings: { groups: 4, "evaluation.every": 2 } });
  expect(units.map(({ arm, model, seed }) => `${arm} ${model} ${seed}`)).toEqual([
    ...["HeRL pocket 0", "HeRL pocket 1", "HeRL pocket-2 0", "HeRL pocket-2 1"],
    ...["RLVR pocket 0", "RLVR pocket 1", "RLVR pocket-2 0", "RLVR pocket-2 1"],
  ]);
  expect(units[3].config).toMatchObject({
    ...{ preset: "pocket-rare", variant: "herl", model: "pocket-2", seed: 1, groups: 4, rollouts: 7 },
    evaluation: { every: 2 },
  });
  expect(new Set(units.map(({ key }) => key)).size).toBe(units.length);
});

test("the key changes with whatever decides the result, and with nothing else", () => {
  const key = (part: Parameters<typeof smallExperiment>[0], surroundings = here) =>
    (unitsOf(smallExperiment(part), surroundings)[0] as Unit).key;
  const base = key({});
  expect(key({ steps: 5 })).not.toBe(base);
  expect(key({ seeds: [7] })).not.toBe(base);
  expect(key({ preset: "pocket" })).not.toBe(base);
  expect(key({ settings: { temperature: 0.5 } })).not.toBe(base);
  expect(key({ probes: [{ kind: "passAtK", split: "heldout", tasks: 2, samples: 2 }] })).not.toBe(base);
  expect(key({}, { ...here, modelHash: () => "another file" })).not.toBe(base);

  expect(key({ name: "another name" })).toBe(base);
  expect(key({ settings: { snapshotEvery: 3, checkpointEvery: 2, temperature: 1 } })).toBe(base);
  // HeRL without a bonus is HE: the same run under two names.
  const [herl] = unitsIn({ arms: [{ name: "a", method: "herl", settings: { "bonus.alpha": 0 } }] });
  const [he] = unitsIn({ arms: [{ name: "b", method: "he" }] });
  expect(herl.key).toBe(he.key);
});

test("probes leave the training's key alone", () => {
  const [plain] = unitsIn();
  const [probed] = unitsIn({ probes: [{ kind: "refine", split: "ood", tasks: 2, rounds: 2 }] });
  expect(probed.trainingKey).toBe(plain.trainingKey);
});

test("tuned rates are part of the configuration; units wait for rates and models that are not there", () => {
  const experiment = smallExperiment({ arms: [{ name: "HeRL", method: "herl", rate: "tuned" }] });
  expect(unitsOf(experiment, here).map((unit) => isWaiting(unit) && unit.waitsFor)).toEqual(
    Array(2).fill("the tuned rate of herl on pocket-rare"),
  );
  const rates = { "pocket-rare": { herl: 0.003 } };
  const [unit] = unitsOf(experiment, { ...here, rates }) as Unit[];
  expect(unit.config.optimizer.learningRate).toBe(0.003);
  const [elsewhere] = unitsOf(smallExperiment({ models: ["pocket-9"] }), here);
  expect(elsewhere).toEqual({
    part: "one",
    arm: "HeRL",
    model: "pocket-9",
    seed: 0,
    waitsFor: "the model pocket-9",
  });
});

test("an arm after another starts from its unit of the same model and seed", () => {
  const units = unitsIn({
    arms: [
      { name: "I", method: "herl" },
      { name: "II", method: "rlvr", after: "I" },
      { name: "alone", method: "rlvr" },
    ],
  });
  expect(units[3]).toMatchObject({ arm: "II", seed: 1, after: { arm: "I", seed: 1, key: units[1].key } });
  expect(units[2].key).not.toBe(units[4].key);
});

test("an arm of no updates is the base model", () => {
  const units = unitsIn({ arms: [{ name: "base", method: "rlvr", steps: 0 }] });
  expect(units.map(({ steps }) => steps)).toEqual([0, 0]);
});

test("a sample meets every part in turn, and units that need another one last", () => {
  const part = (name: string) => ({
    ...smallExperiment().parts[0],
    name,
    steps: name.length,
    arms: [
      { name: "I", method: "herl" as const },
      { name: "II", method: "rlvr" as const, after: "I" },
    ],
  });
  const units = unitsOf(
    smallExperiment({}, { parts: [part("one"), part("three")], claims: [] }),
    here,
  ) as Unit[];
  const sample = sampleUnits(units, 6);
  expect(sample.map((unit) => unit.part)).toEqual(["one", "three", "one", "three", "one", "three"]);
  expect(sample.map((unit) => unit.after !== null)).toEqual([false, false, false, false, true, true]);
  expect(sampleUnits(units, 100)).toHaveLength(8);
  const shuffled = [...units.slice(0, 4).reverse(), ...units.slice(4).reverse()];
  expect(sampleUnits(shuffled, 6)).toEqual(sample);
});

test("a definition that contradicts itself is refused, and says where", () => {
  const refused = (experiment: unknown, folder = "small") => {
    try {
      readExperiment(experiment, folder);
      return "read";
    } catch (error) {
      return String(error);
    }
  };
  const small = smallExperiment();
  expect(refused(small)).toBe("read");
  expect(refused(small, "large")).toContain("its name is small");
  expect(refused({ ...small, extra: 1 })).toContain("extra");
  expect(refused(smallExperiment({ steps: -1 }))).toContain("parts.0.steps");
  expect(refused(smallExperiment({ seeds: [3, 3] }))).toContain("two seeds of one are called 3");
  expect(refused(smallExperiment({ arms: [{ name: "HeRL", method: "herl", after: "RLVR" }] }))).toContain("no arm above it"); // prettier-ignore
  const claim = small.claims[0];
  expect(refused({ ...small, claims: [{ ...claim, arms: ["HeRL", "PPO"] }] })).toContain(
    "one has no arm PPO",
  );
  expect(refused({ ...small, claims: [{ ...claim, part: "two" }] })).toContain(
    "a part two that is not there",
  );
  expect(refused({ ...small, claims: [{ ...claim, arms: ["HeRL", "HeRL"] }] })).toContain("with itself");
});
