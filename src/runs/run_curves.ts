import type { BackendName } from "../compute/backend";
import type { RunConfig } from "./config";
import type { EvaluationRow } from "./evaluate";
import type { MetricsRow } from "./metrics";

/** Metrics by name, one entry a kept update; null where it has none. */
export type Columns = Readonly<Record<string, readonly (number | null)[]>>;

/** What is drawn of a run. */
export interface RunCurves {
  /** `step`, `responses` and the other metrics, and `seconds`: the time of all updates up to this one. */
  readonly columns: Columns;
  readonly evaluations: readonly Omit<EvaluationRow, "by_id">[];
}

/** A run of this browser, trained here or read from files. */
export interface ComparedRun {
  readonly id: string;
  readonly config: RunConfig;
  readonly model: { readonly name: string; readonly sha256: string };
  readonly backend: BackendName;
  /** Updates done. */
  readonly steps: number;
  readonly digest: string;
  /** When its record last changed, ISO 8601. */
  readonly updated: string;
  /** The name of the files that it was read from; null for a run that was trained here. */
  readonly imported: string | null;
}

/** The most updates of a run that are drawn. */
export const mostDrawn = 500;

/**
 * The columns of a run's metrics: every update, and of more than `most` every second, fourth, eighth one, those that were
 * evaluated, and the last. Items of rubrics are left out.
 */
export function columnsOf(
  rows: readonly MetricsRow[],
  evaluations: readonly Pick<EvaluationRow, "step">[] = [],
  most = mostDrawn,
): Columns {
  let seconds = 0;
  const timed = rows.map((row) => ({ row, seconds: (seconds += row.step_time) }));
  let stride = 1;
  while (rows.length / stride > most) stride *= 2;
  const evaluated = new Set(evaluations.map((row) => row.step));
  const kept = timed.filter(
    ({ row }, i) => row.step % stride === 0 || evaluated.has(row.step) || i === rows.length - 1,
  );
  const names = new Set(kept.flatMap(({ row }) => Object.keys(row)).filter(isDrawn));
  const number = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : null);
  return Object.fromEntries([
    ...[...names].map((name) => [name, kept.map(({ row }) => number(row[name]))] as const),
    ["seconds", kept.map((one) => one.seconds)],
  ]);
}

const isDrawn = (name: string): boolean => name !== "digest" && !name.startsWith("rubric/");

/** Evaluations without their rates by verifier. */
export const plainEvaluations = (rows: readonly EvaluationRow[]): RunCurves["evaluations"] =>
  rows.map((row) => {
    const plain: Omit<EvaluationRow, "by_id"> & { by_id?: unknown } = { ...row };
    delete plain.by_id;
    return plain;
  });
