import type { ChatCodec, Policy } from "../../policy/policy";
import type { Sample } from "../group";
import type { Learner } from "../learner";

/**
 * Ways to spend k responses on one instruction (paper, section 2.2, figure 2). The paper names them and gives no
 * details; ours are in `fork.ts` (entropy search) and `guided.ts`.
 */
export const strategies = ["stochastic", "entropy", "guided"] as const;

export type Strategy = (typeof strategies)[number];

/** One graded response of a search. Its ids, log-probabilities and entropies are those of the whole response. */
export interface Attempt extends Sample {
  /** Index of the attempt that it forks from or revises; null where it was sampled from the instruction alone. */
  readonly parent: number | null;
  /** Entropy search: position of the token that was forced; those before it are the parent's. Null for others. */
  readonly fork: number | null;
  /** Tokens that stood before the first new one: instruction, kept prefix, or hindsight. */
  readonly promptTokens: number;
  /** Tokens that this attempt added; a fork's start with the forced one. */
  readonly newTokens: number;
}

/** Who searches: a policy that only samples, its grader, and how it is asked to revise. */
export interface Explorer extends Pick<Learner, "grader" | "revisionMessages"> {
  readonly policy: Policy;
  readonly codec: ChatCodec;
  /** Tokens that end a response: a fork may force one. */
  readonly endIds: ReadonlySet<number>;
}
