import type { RunConfig } from "../../runs/config";
import type { ChangeRequest, RunSummary, StepView, TrainerCommands } from "../../runs/protocol";
import type { RunSnapshot } from "./run_model";

/** A reward or an advantage in place of the recorded one, of a row of a group. */
export interface RowChange {
  readonly group: number;
  readonly source: "rollout" | "revision";
  readonly index: number;
  readonly value: number;
}

/** The stored run that an update was made again from. */
export interface Origin {
  readonly id: string;
  readonly config: RunConfig;
}

type RowKey = Omit<RowChange, "value">;

const isSameRow = (a: RowKey, b: RowKey): boolean =>
  a.group === b.group && a.source === b.source && a.index === b.index;

/** The gradient lab: the step that it is on, and what the reader has changed of it. */
export class LabState {
  /** The finished update on screen; the run may have gone on. */
  step: StepView | null = $state.raw(null);
  /** Where the update on screen comes from when it was made again; null for one of the run that is open. */
  origin: Origin | null = $state.raw(null);
  /** How far an update is that is being made again. */
  progress: { readonly done: number; readonly of: number } | null = $state.raw(null);
  /** Why it could not be. */
  problem: string | null = $state(null);
  /** Go on to each new update while the run plays. */
  follow = $state(false);
  /** Settings in place of the run's, as text. */
  settings: Readonly<Record<string, string>> = $state.raw({});
  rewards: readonly RowChange[] = $state.raw([]);
  advantages: readonly RowChange[] = $state.raw([]);
  dropRevisions = $state(false);
  private readonly trainer: Pick<TrainerCommands, "revisit" | "cancelRevisit">;

  constructor(trainer: Pick<TrainerCommands, "revisit" | "cancelRevisit">) {
    this.trainer = trainer;
  }

  get isChanged(): boolean {
    return (
      this.dropRevisions ||
      Object.keys(this.settings).length + this.rewards.length + this.advantages.length > 0
    );
  }

  /** The changes as the training thread is asked for them. */
  get request(): ChangeRequest {
    return {
      settings: Object.entries(this.settings),
      rewards: this.rewards.map(({ group, index, value }) => ({ group, index, reward: value })),
      advantages: this.advantages.map(({ value, ...row }) => ({ ...row, advantage: value })),
      dropRevisions: this.dropRevisions,
    };
  }

  /** Takes the newest finished update, unless the run plays and the reader looks at an earlier one. */
  see({ finished, status }: Pick<RunSnapshot, "finished" | "status">, isShown: boolean): void {
    if (finished === this.step || this.origin) return;
    // An evaluation is a part of playing too; after a step by hand the update is on screen before it.
    const isRunning = status === "playing" || status === "pausing" || status === "evaluating";
    const isHeld = isShown && !this.follow && isRunning;
    if (isHeld && finished && this.step) return;
    this.step = finished;
    this.forgetRows();
  }

  /** Makes an update of a stored run again, and stays on it. */
  async revisit({ id, manifest: { config } }: RunSummary, step: number): Promise<void> {
    this.problem = null;
    this.progress = { done: 0, of: step };
    try {
      const view = await this.trainer.revisit({ runId: id, step });
      if (view) {
        this.step = view;
        this.origin = { id, config };
        this.forgetRows();
      }
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
    this.progress = null;
  }

  /** Stops an update that is being made again, and goes back to the open run. */
  leave(): void {
    if (!this.origin && !this.progress) return;
    this.origin = null;
    this.progress = null;
    void this.trainer.cancelRevisit();
  }

  /** Sets a setting, or takes the change back with null. */
  setSetting(key: string, value: string | null): void {
    const others = Object.entries(this.settings).filter(([other]) => other !== key);
    this.settings = Object.fromEntries(value === null ? others : [...others, [key, value]]);
  }

  /** Sets a row's reward or advantage, or takes the change back with null. */
  setRow(kind: "rewards" | "advantages", row: RowKey, value: number | null): void {
    const others = this[kind].filter((other) => !isSameRow(other, row));
    this[kind] = value === null ? others : [...others, { ...row, value }];
  }

  changeOf(kind: "rewards" | "advantages", row: RowKey): number | null {
    return this[kind].find((other) => isSameRow(other, row))?.value ?? null;
  }

  /** Rewards and advantages belong to the rows of one step. */
  forgetRows(): void {
    this.rewards = [];
    this.advantages = [];
  }

  reset(): void {
    this.settings = {};
    this.dropRevisions = false;
    this.forgetRows();
  }
}
