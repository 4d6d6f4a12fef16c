import type { SegmentView } from "../../runs/protocol";
import { claimsOf, isSameClaim, tellClaim } from "../../worlds/steps/claims";
import { readProblem, type Problem } from "../../worlds/steps/problem";
import { readSegment } from "../../worlds/steps/scorer";
import { referenceOf } from "../../worlds/steps/solution";

/** A segment with what the reference says of it. */
export interface TraceRow extends SegmentView {
  /** Checkpoints that it states. */
  readonly states: readonly string[];
  /** What it claims against the reference, or beside it. */
  readonly contradicts: readonly string[];
}

export interface Trace {
  readonly rows: readonly TraceRow[];
  /** The reference's checkpoints, in order; empty where no reference is known here. */
  readonly checkpoints: readonly { readonly text: string; readonly isStated: boolean }[];
}

/** A scored response beside its reference, which code works out from the instruction where it is a problem in steps. */
export function traceOf(prompt: string, segments: readonly SegmentView[]): Trace {
  const problem = problemOf(prompt);
  if (!problem)
    return { rows: segments.map((row) => ({ ...row, states: [], contradicts: [] })), checkpoints: [] };
  const texts = segments.map(({ text }) => text);
  const claims = claimsOf(texts.join("\n"));
  return {
    rows: segments.map((segment, t) => {
      const { states, contradicts } = readSegment(problem, segment.text, texts.slice(0, t).join("\n"));
      return { ...segment, states: states.map(tellClaim), contradicts: contradicts.map(tellClaim) };
    }),
    checkpoints: referenceOf(problem).map(({ claim }) => ({
      text: tellClaim(claim),
      isStated: claims.some((other) => isSameClaim(other, claim)),
    })),
  };
}

function problemOf(prompt: string): Problem | null {
  try {
    return readProblem(prompt);
  } catch {
    return null;
  }
}
