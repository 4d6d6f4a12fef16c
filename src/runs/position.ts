import { scoringTemperature, type MethodConfig } from "../herl/config";
import type { StepState } from "../herl/trainer";
import type { PolicySnapshot, TrainablePolicy } from "../policy/policy";
import type { TokenReference } from "./protocol";

/** Where a token of a step stands: what it follows, and what it received. */
export interface TokenPosition {
  /** The tokens that it was trained after. */
  readonly prefix: readonly number[];
  readonly sampled: number;
  /** c = ∂J/∂ln p; null when its response took no part. */
  readonly coefficient: number | null;
  /** Of the distribution that it was drawn from and is scored under. */
  readonly temperature: number;
}

/** The position of a token in a step of a run with `config`; null when there is none. */
export function positionOf(
  { groups, update }: Pick<StepState, "groups" | "update">,
  { group, source, index, token }: TokenReference,
  config: Pick<MethodConfig, "temperature">,
): TokenPosition | null {
  const samples = source === "rollout" ? groups[group]?.rollouts : groups[group]?.revisions;
  const sample = samples?.[index];
  if (!sample || token >= sample.rollout.ids.length) return null;
  const { ids } = sample.rollout;
  const row = update?.rows.find((r) => r.group === group && r.source === source && r.index === index);
  const context = sample.context ?? groups[group].prompt;
  return {
    prefix: [...(row?.prompt ?? context), ...ids.slice(0, token)],
    sampled: ids[token],
    coefficient: row?.gradients.coefficients[token] ?? null,
    temperature: scoringTemperature(config),
  };
}

/** Does something with the policy as it was, and puts the present one back. */
export const withPolicy = <T>(
  policy: TrainablePolicy,
  snapshot: PolicySnapshot,
  work: () => Promise<T>,
): Promise<T> =>
  policy.preserve(() => {
    policy.restore(snapshot);
    return work();
  });
