import type { SegmentScorer } from "../../herl/process";
import { claimsOf, isFalse, isSameClaim, numbersOf, states, subjectOf, type Claim } from "./claims";
import { readProblem, type Problem } from "./problem";
import { referenceOf } from "./solution";

/*
 * Scores of ExpRL (Xiang et al., "ExpRL", 2026) where code can tell: what a text claims is held against the
 * checkpoints of the reference solution, which the policy never sees. The scale is the paper's judge's, 1 to 5.
 */

/** What a segment does, seen from the reference. */
export interface SegmentReading {
  readonly score: Score;
  /** The checkpoints that it states, stated before or not. */
  readonly states: readonly Claim[];
  /** Its claims that the reference contradicts, or that lead away from it. */
  readonly contradicts: readonly Claim[];
}

export type Score = 1 | 2 | 3 | 4 | 5;

/**
 * A segment's score:
 *
 * - 1: something in it is false, or takes or answers another number than the reference;
 * - 2: nothing is, but it goes on with a number that neither the problem nor the reference has;
 * - 5: it states a checkpoint that no segment before it has stated;
 * - 4: its claims support the reference: checkpoints stated again, true claims about its numbers;
 * - 3: it claims nothing.
 *
 * The first that applies counts. `before` is what came before the segment.
 */
export function readSegment(problem: Problem, segment: string, before: string): SegmentReading {
  const checkpoints = referenceOf(problem).map(({ claim }) => claim);
  const claims = claimsOf(segment);
  const stated = claims.filter((claim) => checkpoints.some((checkpoint) => isSameClaim(claim, checkpoint)));
  const contradicts = claims.filter(
    (claim) => isFalse(claim) || checkpoints.some((checkpoint) => excludes(claim, checkpoint)),
  );
  const known = knownNumbers(problem, checkpoints);
  const astray = claims.filter((claim) => numbersOf(claim).some((number) => !known.has(number)));
  const earlier = claimsOf(before);
  const isNew = (claim: Claim) => !earlier.some((other) => isSameClaim(claim, other));
  const score = (): Score => {
    if (contradicts.length > 0) return 1;
    if (astray.length > 0) return 2;
    if (stated.some(isNew)) return 5;
    return claims.length > 0 ? 4 : 3;
  };
  return {
    score: score(),
    states: stated,
    contradicts: claims.filter((claim) => contradicts.includes(claim) || astray.includes(claim)),
  };
}

/** Whether two claims about the same thing differ. */
const excludes = (claim: Claim, checkpoint: Claim): boolean =>
  subjectOf(claim) === subjectOf(checkpoint) && !isSameClaim(claim, checkpoint);

const knownNumbers = ({ lines, operations }: Problem, checkpoints: readonly Claim[]): Set<number> =>
  new Set([
    ...lines.flatMap(({ left, right }) => [left, right]),
    ...operations.map(({ right }) => right),
    ...checkpoints.flatMap(numbersOf),
  ]);

/**
 * A whole response's score: 5 with every checkpoint stated, the answer among them; 1 with none; 2 to 4 by how many in
 * between.
 */
export function scoreOutcome(problem: Problem, response: string): Score {
  const checkpoints = referenceOf(problem).map(({ claim }) => claim);
  const met = checkpoints.filter((checkpoint) => states(response, checkpoint)).length;
  return met === 0 ? 1 : ((2 + Math.floor((3 * (met - 1)) / (checkpoints.length - 1))) as Score);
}

/** ExpRL's scores by code. Rejects with TASK_INVALID for a task that is no problem in several steps. */
export const stepsScorer: SegmentScorer = {
  async segments({ prompt }, segments, judged) {
    const problem = readProblem(prompt);
    return segments.map((segment, t) => {
      const before = segments.slice(0, t).join("\n");
      const { score } =
        judged === "prefix"
          ? readSegment(problem, `${before}\n${segment}`, "")
          : readSegment(problem, segment, before);
      return score;
    });
  },
  async outcome({ prompt }, response) {
    return scoreOutcome(readProblem(prompt), response);
  },
};
