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
  private readonly ask: (terms: Terms) => Promise<Answer | null>;
  private wanted: { readonly terms: Terms } | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isBusy = false;
  private cleared = 0;

  constructor(ask: (terms: Terms) => Promise<Answer | null>) {
    this.ask = ask;
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
    this.cleared++;
    this.wanted = null;
    this.answer = null;
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
        const answer = await this.ask(terms);
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
