import { areaUnderCurve } from "../analysis/statistics/area";
import { meanOf } from "../analysis/mean";
import { log } from "../kernels/math";
import type { UnitResult } from "./experiment";

type Evaluation = UnitResult["evaluations"][number];

/** What came out of a unit, as far as its measures need it. */
export type Measured = Pick<UnitResult, "seconds" | "curve" | "evaluations" | "probes">;

/** Columns that count what was used so far. */
const counters = ["step", "responses", "num_tokens", "judge_calls", "step_time"];

/**
 * Every number of a unit by its name:
 * - `heldout.reward`, `ood.all_met`, `plain.perplexity` …: a number of the last evaluation; `base.` before it: of the
 *   evaluation before the first update; `plain.nats`: the logarithm of the perplexity, nats a token, whose mean over
 *   runs is not made by the one that fell apart;
 * - `auc.heldout.reward`: the area under it over responses generated, as a mean height; over updates for methods that
 *   generate none; `auc_updates.heldout.reward`: over updates;
 * - `last.entropy`, `mean.entropy`: a column of the curve, over its last tenth and over all of it;
 * - `responses`, `tokens`, `judge_calls`, `seconds`: what the unit has used in all;
 * - the probes' own, `passAtK.heldout.8`.
 */
export function measuresOf(unit: Measured): Record<string, number> {
  return { ...evaluationMeasures(unit), ...curveMeasures(unit.curve), ...spent(unit), ...unit.probes };
}

function evaluationMeasures({ evaluations, curve }: Measured): Record<string, number> {
  const measures: Record<string, number> = {};
  for (const split of new Set(evaluations.map((row) => row.split))) {
    const rows = evaluations.filter((row) => row.split === split);
    for (const field of fieldsOf(rows)) {
      const name = `${split}.${field}`;
      const heights = rows.flatMap((row) => {
        const y = numberOf(row, field);
        return y === null ? [] : [{ step: row.step, y }];
      });
      const [first, last] = [heights[0], heights[heights.length - 1]];
      measures[name] = last.y;
      if (first.step === 0) measures[`base.${name}`] = first.y;
      if (field === "perplexity") {
        measures[`${split}.nats`] = log(last.y);
        if (first.step === 0) measures[`base.${split}.nats`] = log(first.y);
      }
      const overUpdates = areaUnderCurve(heights.map(({ step, y }) => ({ x: step, y })));
      const overResponses = areaUnderCurve(
        heights.map(({ step, y }) => ({ x: responsesAt(curve, step), y })),
      );
      if (overUpdates === null) continue;
      measures[`auc_updates.${name}`] = overUpdates;
      measures[`auc.${name}`] = overResponses ?? overUpdates;
    }
  }
  return measures;
}

/** The fields of evaluation rows that are measured: numbers, but not those that say of what. */
const fieldsOf = (rows: readonly Evaluation[]): string[] =>
  [...new Set(rows.flatMap((row) => Object.keys(row)))].filter(
    (field) => !["step", "n"].includes(field) && rows.some((row) => numberOf(row, field) !== null),
  );

function numberOf(row: Evaluation, field: string): number | null {
  const value = (row as unknown as Record<string, unknown>)[field];
  return typeof value === "number" ? value : null;
}

function responsesAt(curve: UnitResult["curve"], step: number): number {
  const index = curve["step"]?.indexOf(step) ?? -1;
  return index < 0 ? 0 : (curve["responses"][index] ?? 0);
}

function curveMeasures(curve: UnitResult["curve"]): Record<string, number> {
  const entries = Object.entries(curve).filter(([name]) => !counters.includes(name));
  return Object.fromEntries(
    entries.flatMap(([name, values]) => {
      const tenth = values.slice(-Math.max(1, Math.ceil(values.length / 10)));
      return [...meanEntry(`last.${name}`, tenth), ...meanEntry(`mean.${name}`, values)];
    }),
  );
}

function meanEntry(name: string, values: readonly (number | null)[]): [string, number][] {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === 0 ? [] : [[name, meanOf(numbers)]];
}

function spent({ curve, seconds }: Measured): Record<string, number> {
  const end = (name: string) => curve[name]?.at(-1) ?? 0;
  const [responses, tokens, judgeCalls] = ["responses", "num_tokens", "judge_calls"].map(end);
  return { responses, tokens, judge_calls: judgeCalls, seconds };
}
