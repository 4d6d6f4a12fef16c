import type { ChatCodec, Rollout } from "../policy/policy";
import type { Task, Verdict } from "../rubric/schema";

/** A response with its grades. */
export interface Sample {
  readonly rollout: Rollout;
  readonly text: string;
  readonly verdicts: readonly Verdict[];
  /** R(τ; q), equation (4); null when an item's grade is unknown: the sample then takes no part. */
  readonly reward: number | null;
  /** Absent for what the policy sampled; `reference` and `rejected` were written by somebody else. */
  readonly origin?: "reference" | "rejected";
  /** The tokens that a rollout was sampled after, where that is not the group's prompt. */
  readonly context?: readonly number[];
  /** Indices of the rubric items that its scaffold showed; absent without one. */
  readonly shown?: readonly number[];
  /** Scores against the hidden reference, where the method trains on them. `reward` stays the rubric's. */
  readonly process?: ProcessScores;
}

/** A run of a response's tokens; the separator at its end belongs to it. */
export interface Segment {
  /** Tokens [start, end) of the response. */
  readonly start: number;
  readonly end: number;
  /** Its text without the separator. */
  readonly text: string;
}

/** What a scorer found of one response. */
export interface ProcessScores {
  /** One segment, the whole response, where it was scored as a whole. */
  readonly segments: readonly Segment[];
  /** s = (score − 1) / 4 of each segment, in [0, 1]; 0 for a response that was cut off. Null: it takes no part. */
  readonly scores: readonly number[] | null;
}

/** Whether the policy made it: what was written by somebody else says nothing about the policy. */
export const wasSampled = ({ origin }: Sample): boolean => origin === undefined;

/** A response sampled after hindsight: the instruction, a failed draft, and what it missed. */
export interface Revision extends Sample {
  /** Index of the draft among the group's rollouts. */
  readonly draft: number;
  /** The tokens that it was sampled after: (q, H). For a replayed draft, the edited instruction. */
  readonly context: readonly number[];
  /** Present for a draft that is replayed after an edited instruction: nothing was sampled. */
  readonly replayed?: EditedInstruction;
}

/** An instruction cut down to what a draft satisfied. */
export interface EditedInstruction {
  readonly task: Task;
  /** Which of the group's items it kept, in order. */
  readonly items: readonly number[];
}

/** What one instruction gave, as far as the step has got. */
export interface Group {
  readonly task: Task;
  /** The instruction's tokens, through the chat template. */
  readonly prompt: readonly number[];
  readonly rollouts: readonly Sample[];
  /** Indices of the rollouts chosen for revision. */
  readonly drafts: readonly number[];
  readonly revisions: readonly Revision[];
  /** Drafts whose revision prompt left no room in the context, or whose instruction could not be edited. */
  readonly droppedPrompts: number;
  /** Index into `revisions` of the one that joined, or null. */
  readonly joined: number | null;
  /** The rows that are trained, with their advantages. */
  readonly rows: readonly Row[];
}

/** One row of a group's update: a rollout, or the revision that joined. */
export interface Row {
  readonly source: "rollout" | "revision";
  /** Index among the rollouts or the revisions. */
  readonly index: number;
  /** R(τ; q) as graded. */
  readonly graded: number;
  /**
   * What the advantage is taken over: R(τ; q) with the overlong penalty, and with the bonus unless that is added after
   * normalisation.
   */
  readonly reward: number;
  /** α(r̃ − r), in `reward` or in `advantage`. */
  readonly bonus: number;
  /** The soft overlong penalty, −1 to 0, in `reward`. */
  readonly overlong: number;
  /** Of the whole response; the mean of `tokenAdvantages` where its tokens have advantages of their own. */
  readonly advantage: number;
  /** One advantage a token, where a method credits them differently; they stand for `advantage`. */
  readonly tokenAdvantages?: readonly number[];
}

/** The advantage of token t of a row. */
export const advantageAt = ({ advantage, tokenAdvantages }: Row, t: number): number =>
  tokenAdvantages ? tokenAdvantages[t] : advantage;

/** Whether no token of a row has an advantage: it then has no gradient. */
export const isFlat = ({ advantage, tokenAdvantages }: Row): boolean =>
  tokenAdvantages ? tokenAdvantages.every((a) => a === 0) : advantage === 0;

/** Rewards closer than this are equal; a reward within it of 1 has passed. */
export const rewardTolerance = 1e-6;

export const hasPassed = ({ reward }: Pick<Sample, "reward">): boolean =>
  reward !== null && reward >= 1 - rewardTolerance;

/** A group that nothing is known of but its instruction. */
export const emptyGroup = ({ codec }: { readonly codec: ChatCodec }, task: Task): Group => ({
  task,
  prompt: codec.encode([{ role: "user", content: task.prompt }]),
  rollouts: [],
  drafts: [],
  revisions: [],
  droppedPrompts: 0,
  joined: null,
  rows: [],
});

/** A response that was just sampled. */
export const ungraded = ({ codec }: { readonly codec: ChatCodec }, rollout: Rollout): Sample => ({
  rollout,
  text: codec.decode(rollout.ids),
  verdicts: [],
  reward: null,
});
