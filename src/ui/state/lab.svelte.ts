import type { ChangeRequest, StepView } from "../../runs/protocol";
import type { RunSnapshot } from "./run_model";

/** A reward or an advantage in place of the recorded one, of a row of a group. */
export interface RowChange {
  readonly group: number;
  readonly source: "rollout" | "revision";
  readonly index: number;
  readonly value: number;
}

type RowKey = Omit<RowChange, "value">;

const isSameRow = (a: RowKey, b: RowKey): boolean =>
  a.group === b.group && a.source === b.source && a.index === b.index;

/** The gradient lab: the step that it is on, and what the reader has changed of it. */
export class LabState {
  /** The finished update on screen; the run may have gone on. */
  step: StepView | null = $state.raw(null);
  /** Go on to each new update while the run plays. */
  follow = $state(false);
  /** Settings in place of the run's, as text. */
  settings: Readonly<Record<string, string>> = $state.raw({});
  rewards: readonly RowChange[] = $state.raw([]);
  advantages: readonly RowChange[] = $state.raw([]);
  dropRevisions = $state(false);

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
    if (finished === this.step) return;
    const isHeld = isShown && !this.follow && (status === "playing" || status === "pausing");
    if (isHeld && finished && this.step) return;
    this.step = finished;
    this.forgetRows();
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
