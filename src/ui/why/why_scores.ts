import type { ProcessConfig } from "../../herl/config";
import type { ResponseView, SegmentView } from "../../runs/protocol";
import { explanation, operand, precise, responseName, sumText, type Explanation } from "./explanation";

/* ExpRL: rewards and advantages that come from scores against a hidden reference. */

const tableOf = (segments: readonly SegmentView[]): Explanation["table"] => ({
  columns: ["segment", "score", "advantage", "tokens"],
  rows: segments.map(({ score, advantage, tokens }, t) => [t + 1, score, advantage, tokens]),
});

/** The mean score of a response's segments, which stands for its reward. */
export function scoreReward(response: ResponseView, segments: readonly SegmentView[]): Explanation {
  const scores = segments.map(({ score }) => score ?? 0);
  return explanation({
    title: `Score of ${responseName(response)}`,
    formula: "R = Σ s / segments, with s = (score − 1) / 4",
    filled: [`(${sumText(scores)}) / ${scores.length} = ${precise(response.reward!)}`],
    table: tableOf(segments),
    note: "Scores from 1 to 5 compare with the reference, which the policy never sees. A response that was cut off scores 0.",
    source: ["src/herl/process.ts", "withScoreReward"],
  });
}

const formulas: Readonly<Record<ProcessConfig["norm"], string>> = {
  delta: "A₁ = s₁ − s_T, and A_t = s_t − s_{t−1} after it",
  end: "A_t = s_t − s_T, and A_T = s_T",
  group: "A_t = s_t − the group's mean of mean scores",
};

/** The mean advantage of a response's tokens, each of which has that of its segment. */
export function segmentAdvantage(
  response: ResponseView,
  segments: readonly SegmentView[],
  { norm }: Pick<ProcessConfig, "norm">,
): Explanation {
  const tokens = segments.reduce((sum, segment) => sum + segment.tokens, 0);
  const products = segments.map((segment) => `${segment.tokens} × ${operand(segment.advantage ?? 0)}`);
  return explanation({
    title: `Advantage of ${responseName(response)}`,
    formula: `A = mean over tokens of their segment's: ${formulas[norm]}`,
    filled: [`(${products.join(" + ")}) / ${tokens} = ${precise(response.advantage!)}`],
    table: tableOf(segments),
    note: "Nothing is divided by a deviation. Each token is trained with its own segment's advantage.",
    source: ["src/herl/process.ts", "segmentAdvantages"],
  });
}
