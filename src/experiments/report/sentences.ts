import type { Claim, ClaimResult, Summary } from "../experiment";
import { count } from "../../figures/format";
import type { ClaimRow, VerdictCounts } from "./claim_rows";
import { measureWords, pValue } from "./measure_words";

/** "1 claim", "12 claims". */
export const plural = (number: number, word: string): string =>
  `${count(number)} ${word}${number === 1 ? "" : "s"}`;

/** "3 agree with the paper, 2 disagree, 4 are undecided, 18 have not been run." */
export function countSentence({ agree, disagree, undecided, notRun }: VerdictCounts): string {
  const is = (number: number) => (number === 1 ? "is" : "are");
  const parts = [
    `${agree} ${agree === 1 ? "agrees" : "agree"} with the paper`,
    `${disagree} ${disagree === 1 ? "disagrees" : "disagree"}`,
    `${undecided} ${is(undecided)} undecided`,
    ...(notRun > 0 ? [`${notRun} ${notRun === 1 ? "has" : "have"} not been run yet`] : []),
  ];
  return `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}.`;
}

/** What it cost: "180 runs, 103,680 responses, 2,480,000 tokens, 96 core minutes." Nothing is said of what was not used. */
export const budgetSentence = ({ done, responses, tokens, core_minutes }: Summary): string =>
  `${[
    plural(done, "run"),
    ...(responses > 0 ? [plural(responses, "response")] : []),
    ...(tokens > 0 ? [plural(tokens, "token")] : []),
    plural(core_minutes, "core minute"),
  ].join(", ")}.`;

/** What is compared in a claim: the two sides, and what they have in common (empty where that is nothing). */
export interface Sides {
  readonly first: string;
  readonly second: string;
  readonly common: string;
}

/** Two arms under a measure, one arm under two measures, or both. */
export function sidesOf({ arms: [one, two], measure, against }: Claim): Sides {
  const label = measureWords(measure).label;
  if (against === undefined) return { first: one, second: two, common: label };
  if (one === two && against === `base.${measure}`)
    return { first: "after training", second: "before training", common: label };
  const other = measureWords(against).label;
  return one === two
    ? apart(label, other)
    : { first: `${one}, ${label}`, second: `${two}, ${other}`, common: "" };
}

/** The words in which two labels differ, and those around them. */
function apart(a: string, b: string): Sides {
  const [x, y] = [a.split(" "), b.split(" ")];
  const least = Math.min(x.length, y.length) - 1;
  let [before, after] = [0, 0];
  while (before < least && x[before] === y[before]) before++;
  while (after < least - before && x[x.length - 1 - after] === y[y.length - 1 - after]) after++;
  const middle = (words: string[]) => words.slice(before, words.length - after).join(" ");
  const around = [x.slice(0, before).join(" "), x.slice(x.length - after).join(" ")];
  const common = before + after === 0 ? "" : [around[0], "…", around[1]].filter(Boolean).join(" ");
  return { first: middle(x), second: middle(y), common };
}

/** Where the paper has the first side, against the second. */
export const paperSays = {
  above: "above",
  below: "below",
  equal: "no difference",
} as const satisfies Record<Claim["paper"], string>;

/** "+0.041 (0.012 to 0.070)": the difference with its 95 % interval. */
export function differenceText({ difference }: ClaimResult, claim: Claim): string {
  const { formatDifference } = measureWords(claim.measure);
  const { mean, low, high } = difference;
  if (mean === null) return "–";
  const interval =
    low === null || high === null ? "" : ` (${formatDifference(low)} to ${formatDifference(high)})`;
  return `${formatDifference(mean)}${interval}`;
}

/** A row of a claim in one sentence, for those who do not see the figure. */
export function claimSentence({ claim, result, verdict }: ClaimRow): string {
  if (!result) return `${claim.text} Not run yet.`;
  const p = `p ${result.adjusted < 1e-4 ? "" : "= "}${pValue(result.adjusted)}`;
  return `${claim.text} ${differenceText(result, claim)} over ${plural(result.difference.n, "pair")}, ${p}: ${verdict}.`;
}

/** How verdicts come about, for an experiment with so many comparisons. */
export function ruleSentence(rows: readonly ClaimRow[]): string {
  const margins = rows.flatMap(({ claim }) => (claim.paper === "equal" ? [claim.margin ?? 0] : []));
  const equal =
    margins.length === 0
      ? ""
      : ` Where the paper sees no difference, agree needs the whole interval within ${Math.max(...margins)} of zero.`;
  return (
    `Agree and disagree need a p value below 0.05: a sign-flip test over pairs of runs with the same model and seed, ` +
    `corrected by Holm for the ${plural(rows.length, "comparison")} of this experiment.${equal} ` +
    `Undecided does not mean equal: the interval says what is still possible.`
  );
}
