import type { FamilyName } from "./families/family";

/** How a revision's prompt names what is missing: by repeating the constraints, or by their numbers alone. */
export type RevisionWording = "list" | "numbers";

/** The world's parameters; they decide what the pre-trained model can do and what it does by itself. */
export interface PocketConfig {
  /** Probability with which a plain answer follows each family. */
  readonly rates: Readonly<Record<FamilyName, number>>;
  /** Probability with which a revision fixes each missing constraint, and keeps each satisfied one. */
  readonly fix: number;
  readonly keep: number;
  readonly wording: RevisionWording;
  readonly minConstraints: number;
  readonly maxConstraints: number;
  /** Share of pre-training samples that are revisions; the others are plain answers. */
  readonly revisionShare: number;
  /**
   * Share of the revised drafts that are better than plain answers, as drafts become in the course of training: each
   * constraint is followed with a probability drawn for the draft, families that plain answers never follow included.
   */
  readonly betterDraftShare: number;
}

/** The rates of the published experiments: see `families/registry.ts` for the classes. */
export const pocketConfig: PocketConfig = {
  rates: {
    keyword: 0.5,
    sentences: 0.55,
    noComma: 0.5,
    forbidden: 0.4,
    endPhrase: 0.2,
    bullets: 0.1,
    lowercase: 0.003,
    frequency: 0.003,
    quotation: 0.003,
    title: 0.003,
    capitals: 0.003,
    postscript: 0.003,
    highlights: 0,
    placeholder: 0,
    sections: 0,
    twoResponses: 0,
    paragraphs: 0.5,
    words: 0.5,
    json: 0.5,
  },
  fix: 0.5,
  keep: 0.95,
  wording: "list",
  minConstraints: 2,
  maxConstraints: 4,
  revisionShare: 0.5,
  betterDraftShare: 0.5,
};

/** Worlds that `herl pretrain` makes models of. */
export const worlds = {
  pocket: pocketConfig,
  /** Hindsight names what is missing by number only, so that revising must read the instruction's own list. */
  "pocket-numbers": { ...pocketConfig, wording: "numbers" },
} as const satisfies Record<string, PocketConfig>;
