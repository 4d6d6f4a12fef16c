import type { Task, Verdict } from "./schema";

/** Decides, item by item, whether a response satisfies its task's rubric. */
export interface Grader {
  /**
   * One verdict per rubric item, in the rubric's order. Never rejects because of a response or a judge: what
   * cannot be decided is `unknown` with a reason. Rejects when `signal` aborts, and with an error of
   * `judge/judge.ts` that pauses a run: the judge is down, refuses us, or its budget is spent.
   */
  grade(task: Task, response: string, signal?: AbortSignal): Promise<readonly Verdict[]>;
}
