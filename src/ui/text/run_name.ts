import type { RunConfig } from "../../runs/config";
import { resolveConfig } from "../../runs/presets";
import { configDifferences } from "../../runs/settings";
import type { Variant } from "../../herl/config";

/** Methods as the paper writes them. */
export const methodNames: Readonly<Record<Variant, string>> = {
  rlvr: "RLVR",
  naivehe: "NaiveHE",
  he: "HE",
  herl: "HeRL",
  sft: "SFT",
  dpo: "DPO",
  hir: "HiR",
  ruscarl: "RuscaRL",
  exprl: "ExpRL",
  warmup: "Warm-up",
};

/** In what a run differs from its preset, method and seed; empty for a preset that this version does not have. */
export function ownSettings(config: RunConfig): [key: string, value: string][] {
  const { preset, variant, seed } = config;
  try {
    return configDifferences(config, resolveConfig({ preset, variant, seed }));
  } catch {
    return [];
  }
}

/** "HeRL, seed 7, groups 4": what sets runs of a preset apart. */
export const runName = (config: RunConfig): string =>
  [
    methodNames[config.variant],
    `seed ${config.seed}`,
    ...ownSettings(config)
      .filter(([key]) => key !== "world.source")
      .map(([key, value]) => (key === "world.tasks" ? `task file ${value.slice(0, 8)}` : `${key} ${value}`)),
  ].join(", ");
