import type { AdapterDescription } from "../compute/backend";
import type { BatchShape } from "../compute/batch_shape";
import { HerlError } from "../errors";
import type { RubricChange } from "../rubric/adaptive/rubric_change";
import type { Calibration } from "./calibration_record";
import { parseConfig, type RunConfig } from "./config";
import { digestVersion } from "./digest";
import type { RecordedStart } from "./start";

/** Grows when the files of a run change; older versions are read or refused by name. */
export const runFormat = 1;

/** `manifest.json`: with it, the same run can be made again. */
export interface Manifest {
  readonly format: number;
  readonly digest_version: number;
  readonly code_version: string;
  readonly created: string;
  readonly seed: number;
  readonly config: RunConfig;
  readonly model: { readonly name: string; readonly sha256: string };
  readonly backend: AdapterDescription;
  /** Batches shape the order of sums, so they belong to what a replay must repeat. */
  readonly batch_shape: BatchShape;
  /** The adapter that the run started from; absent for a run that started from the bare model. */
  readonly start?: RecordedStart;
  /** Finer splits of items that were accepted in the course of the run, in order; absent in older runs. */
  readonly rubric_changes?: readonly RubricChange[];
  /** The knobs under TRL's names, for readers who come from there. */
  readonly trl: Readonly<Record<string, unknown>>;
  /** What was last measured of the run's judge, with exactly its settings; absent without a judge or a measurement. */
  readonly calibration?: Calibration;
}

export interface ManifestParts {
  readonly config: RunConfig;
  readonly model: Manifest["model"];
  readonly backend: AdapterDescription;
  readonly batchShape: BatchShape;
  readonly created: Date;
  readonly start?: RecordedStart;
}

export const codeVersion: string = import.meta.env.HERL_VERSION;

export function makeManifest({
  config,
  model,
  backend,
  batchShape,
  created,
  start,
}: ManifestParts): Manifest {
  return {
    format: runFormat,
    digest_version: digestVersion,
    code_version: codeVersion,
    created: created.toISOString(),
    seed: config.seed,
    ...{ config, model, backend },
    batch_shape: batchShape,
    ...(start && { start }),
    rubric_changes: [],
    trl: trlKnobs(config),
  };
}

/** A manifest that carries what was last measured of the run's judge, if anything was; its cases stay where they are. */
export function withCalibration(manifest: Manifest, measured: Calibration | null | undefined): Manifest {
  if (!measured) return manifest;
  const calibration: Calibration & { cases?: unknown } = { ...measured };
  delete calibration.cases;
  return { ...manifest, calibration };
}

function trlKnobs({
  rollouts,
  temperature,
  maxNewTokens,
  objective,
  optimizer,
  advantage,
  updates,
}: RunConfig) {
  const lossTypes = { seqMeanTokenMean: "grpo", tokenMean: "dapo", seqMeanTokenSumNorm: "dr_grpo" };
  return {
    num_generations: rollouts,
    max_completion_length: maxNewTokens,
    temperature,
    num_iterations: updates,
    beta: objective.klCoef,
    epsilon: objective.clipLow,
    epsilon_high: objective.clipHigh,
    loss_type: lossTypes[objective.aggregation],
    scale_rewards: advantage.std === "none" ? "none" : "group",
    learning_rate: optimizer.learningRate,
    adam_beta1: optimizer.beta1,
    adam_beta2: optimizer.beta2,
    adam_epsilon: optimizer.epsilon,
    weight_decay: optimizer.weightDecay,
    max_grad_norm: optimizer.maxGradNorm,
  };
}

/**
 * Checks a manifest that was read back. Settings that came after it have their defaults: a new setting's default is what
 * was done before there was a choice. Throws RUN_FORMAT, and CONFIG_INVALID for a configuration that was tampered with.
 */
export function checkManifest(manifest: Partial<Manifest> | null): Manifest {
  if (manifest?.format === runFormat && manifest.config && manifest.model)
    return { ...(manifest as Manifest), config: parseConfig(manifest.config) };
  const found = manifest?.format === undefined ? "has no format version" : `has format ${manifest.format}`;
  throw new HerlError(
    "RUN_FORMAT",
    `The run's manifest ${found}; this version reads format ${runFormat}`,
    "Open the run with the version of the playground that made it, or start a new one",
  );
}
