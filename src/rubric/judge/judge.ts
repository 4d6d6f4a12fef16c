import { HerlError, type ErrorCode } from "../../errors";
import type { ChatMessage } from "../../policy/chat_message";
import type { RubricItem, Verdict } from "../schema";
import type { Outcome } from "./chat_request";
import type { JudgeCounters } from "./judge_counters";
import type { Budget } from "./ledger";

/** What a judge is asked: one response, on all its judged items. */
export interface JudgeRequest {
  /** What the policy was told. */
  readonly instruction: string;
  readonly response: string;
  /** Asked of a judge is whether the text describes the response; polarity is turned into a verdict by code. */
  readonly items: readonly Pick<RubricItem, "text" | "polarity">[];
}

/** Whoever decides the items that no code can decide. */
export interface Judge {
  /**
   * One verdict per item, in order. What the judge answers cannot make it reject: nonsense is `unknown` with a
   * reason. Rejects when `signal` aborts, and with JUDGE_DOWN, JUDGE_REFUSED or JUDGE_BUDGET; asking again later
   * goes on with what was answered until then.
   */
  judge(request: JudgeRequest, signal?: AbortSignal): Promise<readonly Verdict[]>;
  /** Counts on from what an earlier part of the run has spent: it counts against the budget. */
  startFrom(spent: JudgeCounters): void;
  /** What was spent so far, at any time: a new object after each change. */
  readonly counters: JudgeCounters;
  /** Calls `listener` after each change of the counters. Returns what ends that. */
  onChange(listener: (counters: JudgeCounters) => void): () => void;
  /** Changes the budget of the calls to come; absent where there is none. */
  setBudget?(budget: Partial<Budget>): void;
  /**
   * The answer to another question than for verdicts, or why there is none: counted and paid for alike, and kept
   * nowhere. Absent where a judge only grades. Rejects as `judge` does.
   */
  complete?(messages: readonly ChatMessage[], schema: unknown, signal?: AbortSignal): Promise<Outcome>;
}

/** The errors of a judge that pause a run. */
export const judgeErrors: readonly ErrorCode[] = ["JUDGE_DOWN", "JUDGE_REFUSED", "JUDGE_BUDGET"];

/** Whether an error is one that a run pauses on, and goes on after. */
export const isJudgeError = (error: unknown): error is HerlError =>
  error instanceof HerlError && judgeErrors.includes(error.code);
