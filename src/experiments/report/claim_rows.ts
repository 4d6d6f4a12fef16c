import type { Claim, ClaimResult, Verdict } from "../experiment";
import type { Publication } from "./publication";

/** A claim beside what came out. `notRun`: there is no pair of units for it yet. */
export interface ClaimRow {
  readonly claim: Claim;
  readonly result: ClaimResult | null;
  readonly verdict: Verdict | "notRun";
}

export const verdictWords = {
  agree: "agree",
  disagree: "disagree",
  undecided: "undecided",
  notRun: "not run yet",
} as const satisfies Record<ClaimRow["verdict"], string>;

/** The claims of an experiment, in the order of its definition. */
export const claimRows = ({ experiment, summary }: Publication): ClaimRow[] =>
  experiment.claims.map((claim) => {
    const result = summary?.claims.find(({ id }) => id === claim.id) ?? null;
    return result && result.difference.mean !== null
      ? { claim, result, verdict: result.verdict }
      : { claim, result: null, verdict: "notRun" };
  });

export type VerdictCounts = Readonly<Record<ClaimRow["verdict"], number>>;

/** How many claims have each verdict. */
export function countVerdicts(rows: readonly ClaimRow[]): VerdictCounts {
  const number = (wanted: ClaimRow["verdict"]) => rows.filter(({ verdict }) => verdict === wanted).length;
  return {
    ...{ agree: number("agree"), disagree: number("disagree") },
    ...{ undecided: number("undecided"), notRun: number("notRun") },
  };
}

/** How far an experiment is. */
export type Progress = "none" | "partial" | "complete";

export const progressOf = ({ summary }: Publication): Progress =>
  summary === null ? "none" : summary.done < summary.units ? "partial" : "complete";

/** Units of a definition, for experiments that have no summary to say it. */
export const unitCount = ({ experiment, summary }: Publication): number =>
  summary?.units ??
  experiment.parts.reduce(
    (sum, { arms, models, seeds }) => sum + arms.length * models.length * seeds.length,
    0,
  );
