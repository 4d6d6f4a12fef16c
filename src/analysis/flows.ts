import { exp, log } from "../kernels/math";
import type { BranchGradients } from "../policy/policy";

/**
 * Where an update's gradient goes, on the logits (method.md, "Gradient analysis"). A token with coefficient c gives
 * c(1 − p) to its own logit and −c·p_v to every other one: equal and opposite sums.
 */

/** A trained row, as far as the analysis needs it. */
export interface FlowRow {
  readonly group: number;
  readonly source: "rollout" | "revision";
  /** R(τ; q) as graded: with the bonus, a draft would pass for better than those that it ties with. */
  readonly graded: number;
  readonly ids: readonly number[];
  readonly gradients: BranchGradients;
}

/** Sums over tokens of what the sampled and the unsampled logits receive, by the sign of the coefficient. */
export interface Flows {
  /** Σ c(1−p) over c > 0: pulls the sampled tokens up. */
  readonly positiveSampled: number;
  /** Its opposite: pushes all others down. */
  readonly positiveUnsampled: number;
  /** Σ c(1−p) over c < 0: pushes the sampled tokens down. */
  readonly negativeSampled: number;
  /** Its opposite: mass that diffuses over the vocabulary. */
  readonly negativeUnsampled: number;
  /** Tokens that the diffused mass is spread over: mean effective count, weighted by the mass; null without any. */
  readonly diffusedOver: number | null;
}

/** The flows of all rows, or of those of one source. */
export function flowsOf(rows: readonly FlowRow[], source?: FlowRow["source"]): Flows {
  let [positive, negative, spread] = [0, 0, 0];
  for (const { gradients, source: from } of rows) {
    if (source && from !== source) continue;
    gradients.coefficients.forEach((c, t) => {
      const mass = c * gradients.unsampledMass[t];
      if (c > 0) positive += mass;
      else {
        negative += mass;
        spread -= mass * effectiveCount(gradients.unsampledMass[t], gradients.unsampledLogs[t]);
      }
    });
  }
  return {
    positiveSampled: positive,
    positiveUnsampled: -positive,
    negativeSampled: negative,
    negativeUnsampled: -negative,
    diffusedOver: negative < 0 ? spread / -negative : null,
  };
}

/**
 * exp of the entropy of the distribution without its sampled token: over how many tokens the unsampled part is
 * spread. `mass` is Σ p_v and `logs` Σ p_v ln p_v over the unsampled tokens.
 */
export function effectiveCount(mass: number, logs: number): number {
  return mass > 0 ? exp(log(mass) - logs / mass) : 0;
}

/** L2 norm of the unsampled part of a token's logit gradient: |c| · √Σ p_v². */
export const unsampledNorm = (coefficient: number, squares: number): number =>
  Math.abs(coefficient) * Math.sqrt(squares);

/** Rewards closer than this are equal; a reward within it of 1 has passed. As in the method. */
const tolerance = 1e-6;

/** How much of the diffused mass goes where it should. */
export interface DesiredShare {
  /** Of the mass pushed off failed tokens at covered positions, the part that lands on a better next token. */
  readonly share: number | null;
  /** Positions where a better response has the same prefix and another next token, of all pushed-off positions. */
  readonly coverage: number;
}

/** Where the mass went that was pushed off failed rollouts. */
export interface Diffusion {
  /** At covered positions, Σ |c|·p of the better next tokens, and of all unsampled tokens. */
  readonly desired: number;
  readonly diffused: number;
  /** Covered positions, of all pushed-off ones. */
  readonly covered: number;
  readonly positions: number;
}

/**
 * The desired share: at each position of a failed response with c < 0 where some response of its group with a higher
 * reward has the same prefix and another next token, the probability of those next tokens over the whole unsampled
 * mass, weighted by |c|. `revisionLogprobs` gives, per group, ln π(τ̃_t | q) of a revision that joined (its own
 * gradients are taken after the hindsight, which is another distribution).
 */
export function desiredShare(
  rows: readonly FlowRow[],
  revisionLogprobs: ReadonlyMap<number, Float32Array>,
): DesiredShare {
  return shareOf(diffusionOf(rows, revisionLogprobs));
}

/** The desired share from its sums. */
export const shareOf = ({ desired, diffused, covered, positions }: Diffusion): DesiredShare => ({
  share: diffused > 0 ? desired / diffused : null,
  coverage: positions > 0 ? covered / positions : 0,
});

/** The sums behind the desired share. */
export function diffusionOf(
  rows: readonly FlowRow[],
  revisionLogprobs: ReadonlyMap<number, Float32Array>,
): Diffusion {
  let [desired, diffused, covered, positions] = [0, 0, 0, 0];
  for (const row of rows) {
    if (row.source !== "rollout" || row.graded >= 1 - tolerance) continue;
    const better = rows.flatMap((other) => {
      if (other.group !== row.group || other.graded - row.graded <= tolerance) return [];
      const logprobs =
        other.source === "rollout" ? other.gradients.logprobs : revisionLogprobs.get(other.group);
      return logprobs ? [{ ids: other.ids, logprobs }] : [];
    });
    row.gradients.coefficients.forEach((c, t) => {
      if (c >= 0) return;
      positions++;
      const next = new Map<number, number>();
      for (const { ids, logprobs } of better) {
        if (t < ids.length && ids[t] !== row.ids[t] && samePrefix(ids, row.ids, t))
          next.set(ids[t], exp(logprobs[t]));
      }
      if (next.size === 0) return;
      covered++;
      desired -= c * [...next.values()].reduce((sum, p) => sum + p, 0);
      diffused -= c * row.gradients.unsampledMass[t];
    });
  }
  return { desired, diffused, covered, positions };
}

const samePrefix = (a: readonly number[], b: readonly number[], length: number): boolean => {
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
};
