import { meanOrNull } from "../analysis/mean";
import type { Sample } from "../herl/group";

/** Segments by position that have a column of their own. */
const positions = 8;

/**
 * What ExpRL's scores say of a step's rollouts: mean score s in [0, 1] over all segments and by position (the first is
 * `process/score_1`; null where no response has as many), segments a response, the share of responses that are one
 * segment, and how many could not be scored. Nothing for methods without scores.
 */
export function processMetrics(rollouts: readonly Sample[]): Record<string, number | null> {
  const scored = rollouts.flatMap(({ process }) => (process ? [process] : []));
  if (scored.length === 0) return {};
  const scores = scored.flatMap((response) => (response.scores ? [response.scores] : []));
  const byPosition = Array.from({ length: positions }, (_, t): [string, number | null] => [
    `process/score_${t + 1}`,
    meanOrNull(scores.flatMap((of) => (t < of.length ? [of[t]] : []))),
  ]);
  return {
    "process/score": meanOrNull(scores.flat()),
    "process/last_score": meanOrNull(scores.flatMap((of) => of.slice(-1))),
    ...Object.fromEntries(byPosition),
    "process/segments": meanOrNull(scored.map(({ segments }) => segments.length)),
    "process/single_segment": meanOrNull(scored.map(({ segments }) => (segments.length === 1 ? 1 : 0))),
    "process/unscored": scored.length - scores.length,
  };
}
