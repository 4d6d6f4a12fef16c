import type { ChatMessage } from "../policy/chat_message";
import type { ChatCodec, TrainablePolicy } from "../policy/policy";
import type { Grader } from "../rubric/grader";
import type { Task, Verdict } from "../rubric/schema";
import type { SegmentScorer } from "./process";
import type { References, RevisionPairs } from "./written";

/** The world and the model that a step works with. */
export interface Learner {
  readonly policy: TrainablePolicy;
  readonly codec: ChatCodec;
  readonly grader: Grader;
  /** The conversation that asks for a revision of `draft`: equation (6) in the model's own words. */
  revisionMessages(task: Task, draft: string, verdicts: readonly Verdict[]): readonly ChatMessage[];
  /** The conversation that asks for a response and shows some items of the rubric, by index: RuscaRL's scaffold. */
  scaffoldMessages(task: Task, items: readonly number[]): readonly ChatMessage[];
  /**
   * The task that asks for some of its items alone, by index: HiR's edit of the instruction. Null where nothing can be
   * made of them; absent in worlds whose instructions cannot be edited.
   */
  withItems?(task: Task, items: readonly number[]): Task | null;
  /** Responses written by somebody else, for methods that train on them. */
  readonly references?: References;
  /** Drafts and their revisions, for the warm-up. */
  readonly revisionPairs?: RevisionPairs;
  /** Scores against hidden references, for ExpRL. */
  readonly scorer?: SegmentScorer;
}
