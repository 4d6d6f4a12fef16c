import { memoryJudgements, type Judgements } from "../rubric/judge/judgements";
import type { Journal } from "./journal";
import type { MetricsRow } from "./metrics";
import type { Session } from "./session";

/** A journal that keeps nothing but what `judgements` does: for runs made only to look at. */
export const noJournal = (judgements: Judgements = memoryJudgements({ undecided: true })): Journal => ({
  begin: () => Promise.resolve(),
  amend: () => Promise.resolve(),
  resume: () => Promise.resolve(null),
  saveStep: () => Promise.resolve(),
  saveEvaluation: () => Promise.resolve(),
  saveSnapshot: () => Promise.resolve(),
  judgements,
});

export interface ReplayResult {
  readonly steps: number;
  readonly digest: string;
  /** The first step whose digest differs from the record, with what differs there; null when all are equal. */
  readonly differs: { readonly step: number; readonly metrics: readonly string[] } | null;
}

/** Runs a fresh session as far as the record goes and compares step by step; stops at the first difference. */
export async function replay(session: Session, recorded: readonly MetricsRow[]): Promise<ReplayResult> {
  for await (const event of session.run(recorded.length)) {
    if (event.type !== "step") continue;
    const expected = recorded[event.metrics.step - 1];
    if (event.metrics.digest === expected.digest) continue;
    const metrics = Object.keys(expected).filter(
      (key) => key !== "step_time" && key !== "digest" && event.metrics[key] !== expected[key],
    );
    return {
      steps: event.metrics.step,
      digest: session.digest,
      differs: { step: event.metrics.step, metrics },
    };
  }
  return { steps: recorded.length, digest: session.digest, differs: null };
}
