import type { JudgeFailure } from "./judge_counters";

/** What a judge says of one item: is what it describes there? */
export type ItemAnswer =
  | {
      readonly present: boolean;
      readonly reason?: string;
      readonly evidence?: string;
      /** Where a score was asked for instead (`score.ts`), 1 to 5; `present` is true then. */
      readonly score?: number;
    }
  | { readonly present: null; readonly reason: string; readonly failure: JudgeFailure };

/** The outcome of one question to a judge: an answer per item that was asked, in order. Plain data. */
export interface Judgement {
  readonly items: readonly ItemAnswer[];
}

/**
 * Where a judge's answers are kept. The key is a SHA-256 over everything that could change the answer
 * (`judgement_key.ts`), so one store serves any number of judges and runs.
 */
export interface Judgements {
  get(key: string): Promise<Judgement | undefined>;
  put(key: string, judgement: Judgement): Promise<void>;
}

/** Whether every item was decided. A judgement that was not is put too; a store may decline to keep it. */
export const isDecided = ({ items }: Judgement): boolean => items.every(({ present }) => present !== null);

/**
 * Keeps answers in memory. Those with an undecided item are not kept, so that they are asked anew, unless `undecided`
 * says that they are part of a record.
 */
export function memoryJudgements({ undecided = false } = {}): Judgements & { readonly size: number } {
  const kept = new Map<string, Judgement>();
  return {
    get: (key) => Promise.resolve(kept.get(key)),
    put(key, judgement) {
      if (undecided || isDecided(judgement)) kept.set(key, judgement);
      return Promise.resolve();
    },
    get size() {
      return kept.size;
    },
  };
}
