import type { UnitResult } from "../../experiments/experiment";
import type { Unit } from "../../experiments/units";
import type { BackendName } from "../../compute/backend";
import type { RunConfig } from "../../runs/config";
import type { ComparedRun } from "../../runs/run_curves";

/** One run of the comparison, wherever it comes from. */
export interface Entry {
  readonly id: string;
  readonly config: RunConfig;
  /** Where it was made: of this browser, or a unit of a published experiment. */
  readonly source:
    { readonly run: ComparedRun } | { readonly unit: Unit; readonly result: UnitResult | null };
  readonly backend: BackendName;
  /** Updates that are recorded. */
  readonly steps: number;
}

/** Runs that differ in their seed alone. */
export interface Series {
  /** The same for the same configurations, in every browser: links name series by it. */
  readonly id: string;
  readonly origin: "browser" | "published";
  /** The experiment's part and arm; null for runs of this browser. */
  readonly arm: { readonly part: string; readonly arm: string } | null;
  /** One a seed, by seed. */
  readonly entries: readonly Entry[];
}

export const browserEntry = (run: ComparedRun): Entry => ({
  ...{ id: run.id, config: run.config, source: { run } },
  ...{ backend: run.backend, steps: run.steps },
});

/** A unit of a published experiment, with what came out of it; published runs are made on the cpu. */
export const publishedEntry = (unit: Unit, result: UnitResult | null): Entry => ({
  ...{ id: `${unit.part}/${unit.arm}/${unit.model}/${unit.seed}`, config: unit.config },
  ...{ source: { unit, result }, backend: "cpu", steps: result ? unit.steps : 0 },
});

/** Groups runs into series, in the order in which the first of each comes. Of two with the same seed the longer stays. */
export function seriesOf(entries: readonly Entry[]): Series[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups].map(([key, members]): Series => {
    const bySeed = new Map<number, Entry>();
    for (const entry of members) {
      const other = bySeed.get(entry.config.seed);
      if (!other || entry.steps > other.steps) bySeed.set(entry.config.seed, entry);
    }
    const { source } = members[0];
    const unit = "unit" in source ? source.unit : null;
    return {
      id: shortHash(key),
      origin: unit ? "published" : "browser",
      arm: unit && { part: unit.part, arm: unit.arm },
      entries: [...bySeed.values()].sort((a, b) => a.config.seed - b.config.seed),
    };
  });
}

function keyOf({ config, source, backend }: Entry): string {
  const alike = { ...config, seed: 0 };
  if ("run" in source) return JSON.stringify(["browser", source.run.model.sha256, backend, alike]);
  const { part, arm, model } = source.unit;
  return JSON.stringify(["published", part, arm, model, alike]);
}

/** Eight hexadecimal digits of a text (FNV-1a): short enough for a link, and never a proof of anything. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
