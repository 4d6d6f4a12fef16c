import { HerlError } from "../errors";
import type { StepState } from "../herl/trainer";
import type { PolicySnapshot } from "../policy/policy";
import type { RunConfig } from "./config";
import type { FinishedStep } from "./lab";
import type { MetricsRow } from "./metrics";
import type { OpenSession } from "./open_session";

/** An update made again, with per-sample gradients. */
export interface StepAnalysis {
  readonly finished: FinishedStep;
  readonly metrics: MetricsRow;
}

/** What must agree with the record for the update to be the recorded one. */
const compared = ["loss", "grad_norm", "reward", "entropy", "num_tokens"] as const;

/**
 * A recorded run's configuration for making its updates again: evaluations change nothing and take time, unless they
 * decide what a collapse goes back to.
 */
export const withoutEvaluation = (config: RunConfig): RunConfig =>
  config.collapse.action === "rollback"
    ? config
    : { ...config, evaluation: { ...config.evaluation, every: 0 } };

export interface AnalyzeOptions {
  readonly signal?: AbortSignal;
  readonly onStep?: (done: number) => void;
}

/**
 * Runs a fresh session up to update `step`, and analyses that one. Throws STEP_MISSING when the record does not go
 * that far, and DIGEST_DIFFERS when an update does not come out as recorded.
 */
export async function analyzeStep(
  { session, learner }: Pick<OpenSession, "session" | "learner">,
  recorded: readonly MetricsRow[],
  step: number,
  { signal, onStep = () => {} }: AnalyzeOptions = {},
): Promise<StepAnalysis> {
  if (step < 1 || step > recorded.length) {
    throw new HerlError(
      "STEP_MISSING",
      `The run has updates 1 to ${recorded.length}, and no update ${step}`,
      "Choose one of them, or train the run on",
    );
  }
  let before: PolicySnapshot | null = null;
  let state: StepState | null = null;
  for await (const event of session.run(step, { analyze: step, signal })) {
    signal?.throwIfAborted();
    if (event.type === "phase" && event.step === step) {
      state = event.state;
      if (state.phase === "gradient") before = await learner.policy.snapshot();
    }
    if (event.type !== "step") continue;
    const { metrics } = event;
    checkAgainst(recorded[metrics.step - 1], metrics);
    onStep(metrics.step);
    if (metrics.step < step) continue;
    const after = await learner.policy.snapshot();
    return { finished: { step, state: state!, before: before!, after }, metrics };
  }
  throw new Error("a session always reaches its steps");
}

function checkAgainst(expected: MetricsRow, metrics: MetricsRow): void {
  const differs = compared.filter((name) => metrics[name] !== expected[name]);
  if (differs.length === 0) return;
  throw new HerlError(
    "DIGEST_DIFFERS",
    `Step ${metrics.step} differs from the record, in ${differs.join(", ")}`,
    "On the cpu backend this is a bug or another version of the code; on webgpu another device",
  );
}
