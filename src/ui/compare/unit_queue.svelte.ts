import { proxy } from "comlink";
import { arrivedError, plainError, type PlainError } from "../../errors";
import type { UnitResult } from "../../experiments/experiment";
import type { Unit } from "../../experiments/units";
import type { TrainedRun } from "../../runs/train_stored";
import type { App } from "../state/app.svelte";
import { isReproduced } from "./published";

/** A unit of a published experiment that is made again here. */
export interface QueuedUnit {
  readonly unit: Unit;
  readonly result: UnitResult | null;
  readonly state:
    | { readonly kind: "waiting" }
    /** `before`: the unit that it starts from trains first. */
    | { readonly kind: "running"; readonly step: number; readonly before: Unit | null }
    /** `reproduced`: whether it ended with the published digest; null where there is none to compare. */
    | { readonly kind: "done"; readonly reproduced: boolean | null }
    | { readonly kind: "failed"; readonly problem: PlainError };
}

/**
 * Units that train here, one after another, in the training thread and beside the run on screen. Each is stored as it
 * goes: after the tab was closed, the same units can be queued again, and what is done is not done twice.
 */
export class UnitQueue {
  units: readonly QueuedUnit[] = $state.raw([]);
  isRunning = $state(false);
  private readonly app: App;
  private isCancelled = false;

  constructor(app: App) {
    this.app = app;
  }

  get done(): number {
    return this.units.filter(({ state }) => state.kind === "done").length;
  }

  /** Trains units in this order; `onDone` is told after each. */
  async run(
    units: readonly Pick<QueuedUnit, "unit" | "result">[],
    onDone: () => Promise<void>,
  ): Promise<void> {
    if (this.isRunning) return;
    this.units = units.map(({ unit, result }) => ({ unit, result, state: { kind: "waiting" } }));
    [this.isRunning, this.isCancelled] = [true, false];
    for (let i = 0; i < this.units.length && !this.isCancelled; i++) {
      await this.train(i);
      await onDone();
    }
    this.isRunning = false;
  }

  /** Ends the queue; what the unit under way has done stays, and is taken up when it is queued again. */
  cancel(): void {
    this.isCancelled = true;
    void this.app.trainer.cancelStored();
  }

  private async train(index: number): Promise<void> {
    const { unit, result } = this.units[index];
    const set = (state: QueuedUnit["state"]) => {
      this.units = this.units.map((one, i) => (i === index ? { ...one, state } : one));
    };
    const onProgress = (of: Unit, step: number) =>
      set({ kind: "running", step, before: of === unit ? null : of });
    try {
      const trained = await this.trainUnit(unit, onProgress);
      if (trained === null) set({ kind: "waiting" });
      else if ("problem" in trained) set({ kind: "failed", problem: trained.problem });
      else set({ kind: "done", reproduced: result && isReproduced(unit, result, trained.digest) });
    } catch (error) {
      const problem = plainError(arrivedError(error, { code: "STORE_REFUSED", cure: "Reload the page" }));
      set({ kind: "failed", problem });
    }
  }

  /** Trains a unit, and before it the one whose adapter it starts from; what is stored already is not trained again. */
  private async trainUnit(
    unit: Unit,
    onProgress: (of: Unit, step: number) => void,
  ): Promise<TrainedRun | { readonly problem: PlainError } | null> {
    let from: string | undefined;
    if (unit.after) {
      const before = await this.trainUnit(unit.after, onProgress);
      if (before === null || "problem" in before) return before;
      from = before.id;
    }
    onProgress(unit, 0);
    const { config, steps } = unit;
    return this.app.trainer.trainStored(
      { config, steps, from },
      proxy(({ step }: { readonly step: number }) => onProgress(unit, step)),
    );
  }
}

let known: { readonly app: App; readonly queue: UnitQueue } | null = null;

/** The queue of a page: it goes on while other views are shown. */
export function queueOf(app: App): UnitQueue {
  if (known?.app !== app) known = { app, queue: new UnitQueue(app) };
  return known.queue;
}
