import type { BackendName } from "../compute/backend";
import type { PlannedRun } from "../policy/memory_estimate";
import type { RunConfig } from "./config";

/** Tokens of an instruction with its chat template, about; a revision's context holds a response beside it. */
const instructionTokens = 128;

/** What a run of this configuration asks of a backend's memory, at most. */
export function plannedRun(config: RunConfig, backend: BackendName): PlannedRun {
  const { groups, rollouts, maxNewTokens, hindsight, training } = config;
  const { mode, rank, alpha, targets, recompute } = training;
  return {
    ...{ backend, recompute },
    training: mode === "full" ? { mode } : { mode, rank, alpha, targets },
    sequences: groups * rollouts,
    prompts: groups,
    promptTokens: instructionTokens + (hindsight.enabled ? maxNewTokens : 0),
    responseTokens: maxNewTokens,
  };
}

/**
 * Multiply-adds of an update, twice: sampling, and forward and backward over what was sampled, all responses as long as
 * they may be. Attention and the adapters are left out: they are small beside a model's weights.
 */
export function updateFlops(config: RunConfig, parameters: number): number {
  const { groups, rollouts, maxNewTokens, hindsight, training, updates } = config;
  const responses = groups * (rollouts + (hindsight.enabled ? 1 : 0));
  const tokens = responses * maxNewTokens + 2 * groups * instructionTokens;
  // Forward and backward; the weights' own gradients where they are trained; forward again where nothing was kept.
  const passes = 2 + (training.mode === "full" ? 1 : 0) + (training.recompute ? 1 : 0);
  return 2 * parameters * tokens * (1 + updates * passes);
}
