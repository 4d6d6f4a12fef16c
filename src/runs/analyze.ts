import { HerlError } from "../errors";
import type { MetricsRow } from "./metrics";
import type { StepView } from "./protocol";
import type { Session } from "./session";
import { stepView } from "./views";

/** The gradient analysis of one update: what the gradient lab shows of it. */
export interface StepAnalysis {
  readonly view: StepView;
  readonly metrics: MetricsRow;
}

/** What must agree with the record for the update to be the recorded one. */
const compared = ["loss", "grad_norm", "reward", "entropy", "num_tokens"] as const;

/**
 * Runs a fresh session up to update `step`, and analyses that one with per-sample gradients. Throws STEP_MISSING when
 * the record does not go that far, and DIGEST_DIFFERS when an update does not come out as recorded.
 */
export async function analyzeStep(
  session: Session,
  recorded: readonly MetricsRow[],
  step: number,
  onStep: (done: number) => void = () => {},
): Promise<StepAnalysis> {
  if (step < 1 || step > recorded.length) {
    throw new HerlError(
      "STEP_MISSING",
      `The run has updates 1 to ${recorded.length}, and no update ${step}`,
      "Choose one of them, or train the run on",
    );
  }
  let view: StepView | null = null;
  for await (const event of session.run(step, { analyze: step })) {
    if (event.type === "phase" && event.step === step && event.state.phase === "update")
      view = stepView(event.state, step);
    if (event.type !== "step") continue;
    const { metrics } = event;
    const expected = recorded[metrics.step - 1];
    const differs = compared.filter((name) => metrics[name] !== expected[name]);
    if (differs.length > 0) {
      throw new HerlError(
        "DIGEST_DIFFERS",
        `Step ${metrics.step} differs from the record, in ${differs.join(", ")}`,
        "On the cpu backend this is a bug or another version of the code; on webgpu another device",
      );
    }
    onStep(metrics.step);
    if (metrics.step === step) return { view: view!, metrics };
  }
  throw new Error("a session always reaches its steps");
}
