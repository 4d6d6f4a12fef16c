import type { Task, Verdict } from "../rubric/schema";

/** Tells of tokens as they are sampled: the group, the sample in it, and whether it is a revision. */
export type TokenListener = (
  source: "rollout" | "revision",
  group: number,
  sample: number,
  id: number,
) => void;

/** Tells of verdicts as responses are graded: the group, the response's index in it, and whether it is a revision. */
export type VerdictListener = (
  source: "rollout" | "revision",
  group: number,
  index: number,
  verdicts: readonly Verdict[],
) => void;

export interface StepOptions {
  /** Which update this is, 1 for the first: what the scaffold fades by. Default 1. */
  readonly step?: number;
  /** Another instruction for a place of the batch, in a round of dynamic sampling; without it, nothing is replaced. */
  readonly freshTask?: (round: number, place: number) => Task;
  readonly signal?: AbortSignal;
  readonly onToken?: TokenListener;
  readonly onVerdicts?: VerdictListener;
  /** Take per-sample gradients, for the bound and for transfer to first order. Changes nothing else. */
  readonly analyze?: boolean;
}
