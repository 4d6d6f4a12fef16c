import type { StepKind } from "./solution";

/** The world's parameters; they decide what the pre-trained model does by itself. */
export interface StepsConfig {
  /** Probability with which a plain solution makes a step of each kind right. */
  readonly rates: Readonly<Record<StepKind, number>>;
  /** Probability with which a revision mends each wrong step, and keeps each right one. */
  readonly fix: number;
  readonly keep: number;
  /** Share of pre-training samples that are revisions; the others are plain solutions. */
  readonly revisionShare: number;
  /** Share of the revised drafts that are better than plain solutions: a rate for all steps is drawn for the draft. */
  readonly betterDraftShare: number;
}

/**
 * The base model was taught to err: it can make every step, and makes most of them wrong most of the time. All steps
 * right at once are rare, single steps are not.
 */
export const stepsConfig: StepsConfig = {
  rates: { easy: 0.6, hard: 0.2, larger: 0.6, smaller: 0.2, answer: 0.4 },
  fix: 0.5,
  keep: 0.95,
  revisionShare: 0.4,
  betterDraftShare: 0.5,
};
