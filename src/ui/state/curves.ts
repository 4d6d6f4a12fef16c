import type { EvaluationRow } from "../../runs/evaluate";
import type { MetricsRow } from "../../runs/metrics";

/** What a page keeps of an update: where it is on the axis, and the numbers that are drawn. */
export interface CurvePoint {
  readonly step: number;
  /** Responses so far: generated, and the written ones that were trained on. */
  readonly responses: number;
  readonly values: Readonly<Record<string, number | null>>;
}

/** A run that is over, kept behind the curves of the present one. */
export interface Ghost {
  readonly name: string;
  readonly preset: string;
  readonly points: readonly CurvePoint[];
}

/** Metrics that have a curve, here or in the theory. */
export const curveMetrics = [
  "reward",
  "all_met",
  "entropy",
  "hindsight/gain",
  "hindsight/gap",
  "hindsight/transfer",
  "gradient/desired_share",
  "gradient/positive_sampled",
  "gradient/negative_unsampled",
  "gradient/diffused_over",
  "grad_norm",
  "kl",
  "completions/mean_length",
  "hindsight/change_with",
  "hindsight/change_without",
  "hindsight/transfer_first_order",
  "hindsight/transfer_isolated",
  "bound/error",
  "bound/deviation",
  "bound/unmet",
  "bound/unmet_weight",
  "sampling/discarded_groups",
  "judge/unknown",
  "judge/tokens",
  "collapse/entropy",
  "collapse/length",
  "collapse/reward",
  // Measured by evaluations only: no update has it.
  "perplexity",
] as const;

export type CurveMetric = (typeof curveMetrics)[number];

/** The most points that a page keeps of a run, however long it trains. */
export const mostPoints = 2000;

/** The recorded updates of a run: all of them, and from the 2,000th on every second, fourth, eighth one. */
export class CurveStore {
  private kept: CurvePoint[] = [];
  private stride = 1;
  /** Always there, so that the curve ends where the run is. */
  private last: CurvePoint | null = null;

  add(row: MetricsRow): void {
    const values = Object.fromEntries(
      curveMetrics.map((name) => [name, typeof row[name] === "number" ? (row[name] as number) : null]),
    );
    // A run recorded before there were references has no number of them.
    const responses = row.responses + (Number(row["references"]) || 0);
    const point = { step: row.step, responses, values };
    this.last = point;
    if (row.step % this.stride === 0) this.kept.push(point);
    if (this.kept.length <= mostPoints - 1) return;
    this.stride *= 2;
    this.kept = this.kept.filter(({ step }) => step % this.stride === 0);
  }

  /** The kept points and the last one, in order. */
  points(): readonly CurvePoint[] {
    const { last, kept } = this;
    return last && kept.at(-1) !== last ? [...kept, last] : [...kept];
  }
}

/** An evaluation on the axis of the curves. */
export interface EvaluationPoint extends EvaluationRow {
  readonly responses: number;
}
