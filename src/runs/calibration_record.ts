import type { CalibrationNumbers, JudgeReliability } from "../analysis/calibration";
import type { JudgeConfig } from "../rubric/judge/judge_config";
import type { JudgeCounters } from "../rubric/judge/judge_counters";

/** Grows when a calibration's fields change. */
export const calibrationFormat = 1;

/** What was measured of one judge: part of a run's manifest, and the head of what `herl calibrate` writes. */
export interface Calibration extends CalibrationNumbers {
  readonly format: number;
  /** When it was made, and by which version of the code. */
  readonly created: string;
  readonly codeVersion: string;
  /** The judge's settings, and the hash of those that could change a verdict (`rubric/judge/judge_id.ts`). */
  readonly judge: { readonly id: string; readonly settings: JudgeConfig };
  /** Responses that were judged, of those that were to be. */
  readonly responses: number;
  readonly of: number;
  readonly repeats: number;
  /** `budget`, `cancelled`: not all was asked, and the numbers are of what was. */
  readonly ended: "complete" | "budget" | "cancelled";
  /** What this measurement spent; answers that were kept from before cost nothing. */
  readonly cost: JudgeCounters;
  /** Of the answered calls, in milliseconds; null where every answer was kept from before. */
  readonly latency: { readonly median: number | null; readonly p95: number | null };
}

/** One item of one response, as code and the judge see it. */
export interface JudgedCase {
  /** The response's key. */
  readonly key: string;
  readonly item: string;
  /** What the judge was asked. */
  readonly text: string;
  /** Whether code finds it satisfied. */
  readonly truth: boolean;
  /** What the judge found, by repeat; null is unknown. */
  readonly verdicts: readonly (boolean | null)[];
  /** The judge's words at the first repeat. */
  readonly reason?: string;
}

/**
 * What a judge must reach before training on it goes without a question: the lower end of its accuracy's interval, and
 * κ, above 0.6 "substantial" (Landis and Koch, "The measurement of observer agreement for categorical data", 1977).
 * Both, because a judge that passes everything is right as often as the policy is.
 */
export const trustedFrom = { accuracy: 0.8, kappa: 0.6 } as const;

/** Why training on a judge should be thought over, a clause each; none for one that is good enough. */
export function doubtsAbout({ accuracy, kappa, cases }: JudgeReliability): string[] {
  const doubts: string[] = [];
  const two = (value: number) => value.toFixed(2);
  if (accuracy.low === null) doubts.push("it decided none of the items that it was asked");
  else if (accuracy.low < trustedFrom.accuracy)
    doubts.push(
      `its accuracy on ${cases} items may be as low as ${two(accuracy.low)}, below ${two(trustedFrom.accuracy)}`,
    );
  if (kappa.value !== null && kappa.value < trustedFrom.kappa)
    doubts.push(
      `it agrees with code beyond chance by κ = ${two(kappa.value)}, below ${two(trustedFrom.kappa)}`,
    );
  return doubts;
}
