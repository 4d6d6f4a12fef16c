import type { StepView } from "../../runs/protocol";
import type { App } from "../state/app.svelte";

/** The last step of the present run that had something: the bound and transfer are not measured in every step. */
export class LastStep {
  private seen: { readonly run: string; readonly view: StepView } | null = $state.raw(null);
  private readonly app: App;

  /** To be made while a component is: it follows the run as long as that lives. */
  constructor(app: App, has: (view: StepView) => boolean) {
    this.app = app;
    $effect(() => {
      const { update, run } = app.figures;
      if (update && run && has(update)) this.seen = { run: run.runId, view: update };
    });
  }

  get view(): StepView | null {
    const { seen, app } = this;
    return seen && seen.run === app.figures.run?.runId ? seen.view : null;
  }
}
