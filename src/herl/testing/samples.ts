/** Graded responses by their rewards alone, for tests of what only looks at rewards. */
import type { Rollout } from "../../policy/policy";
import type { Revision, Sample } from "../group";

const rollout: Rollout = {
  ids: [0],
  logprobs: Float32Array.of(0),
  entropies: Float32Array.of(0),
  finish: "stop",
};

export const sample = (reward: number | null): Sample => ({ rollout, text: "", verdicts: [], reward });

/** A group's rollouts; null is a grade that is unknown. */
export const samples = (...rewards: (number | null)[]): Sample[] => rewards.map(sample);

export const revision = (draft: number, reward: number | null): Revision => ({
  ...sample(reward),
  draft,
  context: [],
});
