import { bootstrapMean } from "../analysis/statistics/bootstrap";
import { estimateMean } from "../analysis/statistics/estimate";
import { holm } from "../analysis/statistics/holm";
import { signFlipTest } from "../analysis/statistics/sign_flip";
import { experimentFormat } from "./experiment";
import type { Claim, ClaimResult, Estimate, Experiment, Summary, UnitResult, Verdict } from "./experiment";
import { measuresOf } from "./measures";

/** A result with its numbers by name. */
export interface Measured {
  readonly result: UnitResult;
  readonly measures: Readonly<Record<string, number>>;
}

/** What follows from an experiment's results, of which `units` are wanted. Numbers are rounded to eight digits. */
export function summarize(experiment: Experiment, results: readonly UnitResult[], units: number): Summary {
  const measured = withMeasures(results);
  const total = (name: string) => measured.reduce((sum, { measures }) => sum + measures[name], 0);
  const summary: Summary = {
    format: experimentFormat,
    name: experiment.name,
    ...{ done: results.length, units },
    ...{ responses: total("responses"), tokens: total("tokens") },
    core_minutes: Number((total("seconds") / 60).toFixed(1)),
    code_versions: [...new Set(results.map(({ code_version }) => code_version))].sort(),
    arms: experiment.parts.flatMap((part) =>
      part.arms.flatMap((arm) => {
        const own = measured.filter(({ result }) => result.part === part.name && result.arm === arm.name);
        return own.length === 0 ? [] : [{ part: part.name, arm: arm.name, measures: estimates(own) }];
      }),
    ),
    claims: claimResults(experiment.claims, measured),
  };
  return JSON.parse(JSON.stringify(summary, (_, value: unknown) => rounded(value))) as Summary;
}

export const withMeasures = (results: readonly UnitResult[]): Measured[] =>
  results.map((result) => ({ result, measures: measuresOf(result) }));

const rounded = (value: unknown): unknown =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(8)) : value;

function estimates(own: readonly Measured[]): Record<string, Estimate> {
  const names = [...new Set(own.flatMap(({ measures }) => Object.keys(measures)))].sort();
  return Object.fromEntries(
    names.map((name) => [name, estimateMean(own.flatMap(({ measures }) => measures[name] ?? []))]),
  );
}

function claimResults(claims: readonly Claim[], measured: readonly Measured[]): ClaimResult[] {
  const compared = claims.map((claim) => {
    const pairs = pairsOf(claim, measured);
    const differences = pairs.map(([first, second]) => first - second);
    return { claim, pairs, differences, p: signFlipTest(differences) };
  });
  const adjusted = holm(compared.map(({ p }) => p));
  return compared.map(({ claim, pairs, differences, p }, i) => {
    const difference = estimateMean(differences);
    return {
      id: claim.id,
      first: estimateMean(pairs.map(([first]) => first)),
      second: estimateMean(pairs.map(([, second]) => second)),
      difference,
      bootstrap: bootstrapMean(differences),
      ...{ p, adjusted: adjusted[i] },
      verdict: verdictOf(claim, difference, adjusted[i]),
    };
  });
}

/** Both numbers of a claim for every model and seed that has them. */
export function pairsOf(
  claim: Pick<Claim, "part" | "arms" | "measure" | "against">,
  measured: readonly Measured[],
): [first: number, second: number][] {
  const [first, second] = claim.arms;
  const inArm = (arm: string) =>
    measured.filter(({ result }) => result.part === claim.part && result.arm === arm);
  const others = inArm(second);
  return inArm(first).flatMap(({ result, measures }): [number, number][] => {
    const other = others.find(({ result: o }) => o.model === result.model && o.seed === result.seed);
    const a = measures[claim.measure];
    const b = other?.measures[claim.against ?? claim.measure];
    return a === undefined || b === undefined ? [] : [[a, b]];
  });
}

/** The level below which an adjusted p value is significant. */
const level = 0.05;

/** The rule is told at `Verdict`. */
export function verdictOf(
  { paper, margin = 0 }: Pick<Claim, "paper" | "margin">,
  { mean, low, high }: Estimate,
  adjusted: number,
): Verdict {
  if (mean === null || low === null || high === null) return "undecided";
  const isSignificant = adjusted < level;
  if (paper === "equal") {
    if (low >= -margin && high <= margin) return "agree";
    return isSignificant && (low > margin || high < -margin) ? "disagree" : "undecided";
  }
  if (!isSignificant) return "undecided";
  return mean > 0 === (paper === "above") ? "agree" : "disagree";
}
