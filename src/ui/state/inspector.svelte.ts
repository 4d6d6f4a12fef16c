import type { ResponseView, StepView, TokenInspection, TokenReference } from "../../runs/protocol";
import { responseAt, sameToken } from "./display";

/** An answered question, with the response as it was when it was asked. */
export interface Inspected {
  readonly inspection: TokenInspection;
  readonly response: ResponseView;
}

type Ask = (reference: TokenReference) => Promise<TokenInspection | null>;

/**
 * Asks the training thread about tokens: one question at a time, and of the questions that come in the meantime only
 * the last. The last answer stays on screen until there is a newer one.
 */
export class Inspector {
  shown: Inspected | null = $state.raw(null);
  private readonly ask: Ask;
  private wanted: { reference: TokenReference; view: StepView } | null = null;
  private isAsking = false;

  constructor(ask: Ask) {
    this.ask = ask;
  }

  /** Looks at a token of a step, unless what is shown already says all there is to say about it. */
  look(reference: TokenReference, view: StepView): void {
    const shown = this.shown?.inspection;
    const isSame = shown && shown.step === view.step && sameToken(shown.reference, reference);
    const isComplete =
      isSame && (shown.after !== null || (shown.coefficient !== null && view.phase === "gradient"));
    const isEarly = view.phase !== "update" && view.phase !== "gradient";
    if (isSame && (isComplete || isEarly) && this.isCurrent(shown, view)) return;
    this.wanted = { reference, view };
    if (!this.isAsking) void this.answer();
  }

  clear(): void {
    this.shown = null;
    this.wanted = null;
  }

  /** In a frame of its own: 512 cells are work. */
  private show(inspected: Inspected): Promise<void> {
    return new Promise((resolve) =>
      requestAnimationFrame(() => {
        this.shown = inspected;
        resolve();
      }),
    );
  }

  /** An answer from before the advantages does not know them. */
  private isCurrent(shown: TokenInspection, view: StepView): boolean {
    const response = responseAt(view.groups, shown.reference);
    return !response || response.advantage === null || shown.advantage !== null;
  }

  private async answer(): Promise<void> {
    this.isAsking = true;
    while (this.wanted) {
      const { reference, view } = this.wanted;
      this.wanted = null;
      const inspection = await this.ask(reference).catch(() => null);
      const response = responseAt(view.groups, reference);
      if (
        inspection &&
        response &&
        inspection.step === view.step &&
        response.ids[reference.token] === inspection.sampled
      )
        await this.show({ inspection, response });
    }
    this.isAsking = false;
  }
}
