import type { Experiment, Part, UnitResult } from "../experiment";

/** For tests: an experiment of two arms, one model, two seeds. */
export const smallExperiment = (part: Partial<Part> = {}, rest: Partial<Experiment> = {}): Experiment => ({
  format: 1,
  name: "small",
  title: "Small",
  question: "Which is more?",
  paper: { says: "The first.", where: "Nowhere" },
  expectation: "None.",
  parts: [
    {
      name: "one",
      preset: "pocket-rare",
      steps: 4,
      models: ["pocket"],
      seeds: [0, 1],
      arms: [
        { name: "HeRL", method: "herl" },
        { name: "RLVR", method: "rlvr" },
      ],
      ...part,
    },
  ],
  claims: [
    {
      id: "more",
      text: "HeRL ends above RLVR.",
      part: "one",
      measure: "heldout.reward",
      arms: ["HeRL", "RLVR"],
      paper: "above",
    },
  ],
  ...rest,
});

/** For tests: the result of a unit that ended with this held-out reward, linearly from 0 in four updates. */
export const resultWith = (reward: number, names: Partial<UnitResult> = {}): UnitResult => ({
  ...{ key: "k", part: "one", arm: "HeRL", model: "pocket", seed: 0, code_version: "0" },
  digest: "d",
  digests: { "0": "a", "4": "d" },
  seconds: 6,
  curve: {
    step: [1, 2, 3, 4],
    responses: [10, 20, 30, 40],
    num_tokens: [100, 200, 300, 400],
    judge_calls: [0, 0, 0, 0],
    entropy: [1, 0.8, 0.6, 0.4],
  },
  evaluations: [0, 4].map((step) => ({
    step,
    split: "heldout",
    n: 8,
    reward: (reward * step) / 4,
    all_met: 0,
  })),
  probes: {},
  ...names,
});
