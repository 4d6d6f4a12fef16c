import { proxy } from "comlink";
import type { AnswerProgress } from "../../runs/lab";

type Ask<Terms, Answer> = (
  terms: Terms,
  onProgress: (progress: AnswerProgress) => void,
) => Promise<Answer | null>;

/** Milliseconds that changing terms are given to settle. */
const settling = 120;

/**
 * A question to the training thread whose terms change under the reader's hands: one is asked at a time, and of those
 * put in the meantime only the last. The last answer stays until there is a newer one.
 */
export class Question<Terms, Answer> {
  answer: Answer | null = $state.raw(null);
  /** Why there is no answer to the last terms. */
  problem: string | null = $state(null);
  isAsking = $state(false);
  /** How far the answer is, in passes through the model. */
  progress: AnswerProgress | null = $state.raw(null);
  private readonly ask: Ask<Terms, Answer>;
  private readonly stopWork: () => void;
  private wanted: { readonly terms: Terms } | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isBusy = false;
  private cleared = 0;

  /** `stopWork` stops the training thread's work on it. */
  constructor(ask: Ask<Terms, Answer>, stopWork: () => void) {
    this.ask = ask;
    this.stopWork = stopWork;
  }

  put(terms: Terms): void {
    this.wanted = { terms };
    this.isAsking = true;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      if (!this.isBusy) void this.work();
    }, settling);
  }

  clear(): void {
    this.drop();
    this.answer = null;
  }

  /** Gives the question up that is asked now; the answer to the one before stays. */
  stop(): void {
    this.drop();
    this.stopWork();
    this.problem = "Stopped. Another choice asks again.";
  }

  private drop(): void {
    this.cleared++;
    this.wanted = null;
    this.problem = null;
    this.isAsking = false;
  }

  private async work(): Promise<void> {
    this.isBusy = true;
    while (this.wanted) {
      const { terms } = this.wanted;
      const { cleared } = this;
      this.wanted = null;
      try {
        this.progress = null;
        const answer = await this.ask(
          terms,
          proxy((progress: AnswerProgress) => (this.progress = progress)),
        );
        if (cleared !== this.cleared) continue;
        this.answer = answer ?? this.answer;
        this.problem = answer ? null : "The training thread has no such token in its last finished update.";
      } catch (error) {
        if (cleared !== this.cleared) continue;
        this.problem = error instanceof Error ? error.message : String(error);
      }
    }
    this.isBusy = false;
    this.isAsking = false;
  }
}
