import {
  collapseKinds,
  newWatch,
  watchCollapse,
  type Collapse,
  type CollapseWatch,
} from "../analysis/collapse";
import { HerlError } from "../errors";
import type { RunConfig } from "./config";
import type { EvaluationRow } from "./evaluate";
import type { stepMetrics } from "./metrics";

/** What a run remembers about collapses: part of its progress. */
export interface CollapseProgress {
  readonly watch: CollapseWatch;
  /** The best evaluation so far by held-out reward, with what was remembered then; null where a collapse only marks. */
  readonly best: { readonly step: number; readonly reward: number; readonly watch: CollapseWatch } | null;
  readonly rollbacks: number;
  /** It collapsed once more after its last rollback: it goes no further. */
  readonly stopped: boolean;
}

export const noCollapse: CollapseProgress = { watch: newWatch, best: null, rollbacks: 0, stopped: false };

/** A run that collapses again and again is not saved by going back once more. */
export const mostRollbacks = 3;

/** What came of the collapses of one update. */
export interface CollapseEvent {
  readonly type: "collapse";
  readonly step: number;
  readonly collapses: readonly Collapse[];
  /** `rolledBack`: the weights are those of the best evaluation. `stopped`: likewise, and the run goes no further. */
  readonly outcome: "marked" | "rolledBack" | "stopped";
  /** The update after which that evaluation was; null where the collapse is only marked. */
  readonly best: number | null;
}

/**
 * Takes in the numbers of one more update. Where the run goes back, it also forgets what it saw since its best
 * evaluation: the next updates are judged as if they followed that one.
 */
export function afterUpdate(
  progress: CollapseProgress,
  metrics: Omit<ReturnType<typeof stepMetrics>, "collapse">,
  { collapse: limits }: Pick<RunConfig, "collapse">,
) {
  const point = {
    ...{ step: metrics.step, entropy: metrics.entropy, reward: metrics.reward },
    length: metrics["completions/mean_length"],
    clipped: metrics["completions/clipped_ratio"],
  };
  const { watch, collapses } = watchCollapse(progress.watch, point, limits);
  const { best } = progress;
  const goesBack = collapses.length > 0 && limits.action === "rollback" && best !== null;
  const stopped = goesBack && progress.rollbacks === mostRollbacks;
  const rollbacks = progress.rollbacks + (goesBack && !stopped ? 1 : 0);
  const event: CollapseEvent | null =
    collapses.length === 0
      ? null
      : {
          ...{ type: "collapse", step: metrics.step, collapses, best: goesBack ? best.step : null },
          outcome: stopped ? "stopped" : goesBack ? "rolledBack" : "marked",
        };
  return {
    progress: { best, rollbacks, stopped, watch: goesBack ? best.watch : watch },
    event,
    /** For `metrics.jsonl`: 1 from the update on at which a kind was found. */
    metrics: {
      ...Object.fromEntries(
        collapseKinds.map((kind) => [`collapse/${kind}`, watch.found.includes(kind) ? 1 : 0]),
      ),
      "collapse/rollbacks": rollbacks,
    },
  };
}

/** Takes in an evaluation: is it the best one that a collapse could go back to? */
export function afterEvaluation(
  progress: CollapseProgress,
  rows: readonly EvaluationRow[],
  step: number,
): CollapseProgress {
  const reward = rows.find(({ split }) => split === "heldout")?.reward ?? null;
  if (reward === null || (progress.best !== null && reward <= progress.best.reward)) return progress;
  return { ...progress, best: { step, reward, watch: progress.watch } };
}

const told: Readonly<Record<Collapse["kind"], (value: number, from: number) => string>> = {
  entropy: (value, from) => `entropy fell from ${from.toFixed(2)} to ${value.toFixed(2)} nats a token`,
  length: (value, from) =>
    value < from
      ? `responses shrank from ${from.toFixed(0)} to ${value.toFixed(0)} tokens`
      : `responses do not end any more and are cut off (${value.toFixed(0)} tokens, from ${from.toFixed(0)})`,
  reward: (value, from) => `reward fell from ${from.toFixed(2)} to ${value.toFixed(2)}`,
};

const remedy = "a lower learning rate (optimizer.learningRate) or a KL leash (objective.klCoef)";

/** A collapse in plain words, with what can be done. Nothing throws it: the run goes on or ends in order. */
export function collapseNotice({ step, collapses, outcome, best }: CollapseEvent): HerlError {
  const what = collapses.map(({ kind, value, from }) => told[kind](value, from)).join(", ");
  return new HerlError(
    "RUN_COLLAPSED",
    `The policy collapsed at update ${step}: ${what}`,
    {
      marked: `Start a new run with ${remedy}, or with collapse.action rollback`,
      rolledBack: `The run went back to its best weights, those after update ${best}, and goes on. ${remedy[0].toUpperCase()}${remedy.slice(1)} would keep it from collapsing again`,
      stopped: `It did so after ${mostRollbacks} rollbacks, so the run ends here, with its best weights, those after update ${best}. Start a new one with ${remedy}`,
    }[outcome],
  );
}
