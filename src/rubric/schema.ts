/**
 * Rubrics: a checklist of weighted items that a response is graded against (paper, section 3.1).
 * A *task* is an instruction with its rubric.
 */

/** How an item is decided: by a code verifier, exactly, or by a judge. */
export type ItemCheck =
  | {
      readonly by: "code";
      /** The verifier's id, for instance "keywords:existence"; see `verifiers/registry.ts`. */
      readonly verifier: string;
      readonly kwargs: Readonly<Record<string, unknown>>;
    }
  | { readonly by: "judge" };

/** One line of the checklist. */
export interface RubricItem {
  /** What the policy is told, and what a judge is asked. */
  readonly text: string;
  /** Above 0. A pitfall's weight is given positive too; its polarity says that it counts against. */
  readonly weight: number;
  /** `want`: present is good. `avoid`: a pitfall, present is bad. */
  readonly polarity: "want" | "avoid";
  readonly check: ItemCheck;
}

export interface Task {
  /** Unique within its source, for instance "pocket:heldout:17" or an IFEval key. */
  readonly id: string;
  /** The user's message, complete, with the constraints in it. */
  readonly prompt: string;
  readonly rubric: readonly RubricItem[];
  /** A good response, to imitate (SFT) or to prefer (DPO). The policy never sees it where it samples. */
  readonly reference?: string;
  /** A response that the reference is preferred to. */
  readonly rejected?: string;
}

/** The written responses of a task, for a copy of it: fields that it lacks stay away. */
export const writtenResponses = ({ reference, rejected }: Pick<Task, "reference" | "rejected">) => ({
  ...(reference !== undefined && { reference }),
  ...(rejected !== undefined && { rejected }),
});

/**
 * The verdict on one item. `satisfied` is always the good outcome: for an `avoid` item it says that the pitfall
 * is absent. `unknown` is a grader that could not decide, with its reason; it is never a reward of 0.
 */
export type Verdict =
  | ({ readonly status: "satisfied" } & VerdictDetails)
  | ({ readonly status: "unmet" } & VerdictDetails)
  | ({ readonly status: "unknown"; readonly reason: string } & Omit<VerdictDetails, "reason">);

/** What a judge says beside its verdict. All of it is text from outside: show it as text, never as markup. */
export interface VerdictDetails {
  /** Why, in the judge's words. */
  readonly reason?: string;
  /** What the judge quotes from the response. */
  readonly evidence?: string;
  /** It was asked before: the answer was kept, and nothing was spent. */
  readonly cached?: true;
  /** Absent where code decided. */
  readonly by?: "judge";
}
