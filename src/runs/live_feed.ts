import type { TokenListener, VerdictListener } from "../herl/step_options";
import type { GradedView, RunEvent } from "./protocol";

/** Gathers what comes faster than a page can show: tokens as they are sampled, verdicts as they are given. */
export class LiveFeed {
  private tokens: number[] = [];
  private graded: GradedView[] = [];

  readonly onToken: TokenListener = (source, group, sample, id) =>
    void this.tokens.push(source === "rollout" ? 0 : 1, group, sample, id);

  readonly onVerdicts: VerdictListener = (source, group, index, verdicts) =>
    void this.graded.push({ source, group, index, verdicts });

  clear(): void {
    [this.tokens, this.graded] = [[], []];
  }

  /** Tells what has come for `step` since the last time. */
  flush(step: number, emit: (event: RunEvent) => void): void {
    if (this.tokens.length > 0) emit({ type: "tokens", step, tokens: this.tokens });
    if (this.graded.length > 0) emit({ type: "verdicts", step, graded: this.graded });
    this.clear();
  }
}
