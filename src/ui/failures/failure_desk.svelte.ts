import type { FailureReport } from "../../runs/failure_report";
import type { PlainError } from "../../errors";
import type { App } from "../state/app.svelte";

/** What an error said about a proposal, by item key. */
type Problems = Readonly<Record<string, PlainError>>;

/** Milliseconds between two looks at the record of a run that trains. */
const leastInterval = 3000;

/** What the dialog knows of the run's failures, and what it asks of the training thread. */
export class FailureDesk {
  report: FailureReport | null = $state.raw(null);
  /** The first look is under way. */
  isReading = $state(true);
  /** What the judge would put in the place of an item, by key. */
  asked: Readonly<Record<string, readonly string[]>> = $state.raw({});
  problems: Problems = $state.raw({});
  /** The item whose question or acceptance is under way. */
  busyWith: string | null = $state(null);
  /** What was done last, for those who listen. */
  done = $state("");
  private readonly app: Pick<App, "trainer" | "proposed">;
  private lookedAt = -Infinity;
  private isBusy = false;

  constructor(app: Pick<App, "trainer" | "proposed">) {
    this.app = app;
  }

  /** Looks at the record; while the run trains, not at every update. */
  async look(isTraining = false): Promise<void> {
    if (this.isBusy || (isTraining && performance.now() - this.lookedAt < leastInterval)) return;
    this.isBusy = true;
    this.report = (await this.app.trainer.failureReport().catch(() => null)) ?? this.report;
    this.app.proposed = this.report?.proposals.length ?? 0;
    this.lookedAt = performance.now();
    this.isBusy = this.isReading = false;
  }

  async ask(key: string): Promise<void> {
    await this.during(key, async () => {
      const answer = await this.app.trainer.askForSplit(key);
      if ("problem" in answer) return answer.problem;
      this.asked = { ...this.asked, [key]: answer.texts };
      this.done = "The judge has answered.";
      return null;
    });
  }

  async accept(key: string, texts: readonly string[] | undefined): Promise<void> {
    await this.during(key, async () => {
      const problem = await this.app.trainer.acceptSplit({ key, texts });
      await this.look();
      const change = this.report?.changes.find((one) => one.key === key);
      if (!problem && change) this.done = `Accepted: it holds from update ${change.fromStep} on.`;
      return problem;
    });
  }

  private async during(key: string, work: () => Promise<PlainError | null>): Promise<void> {
    this.busyWith = key;
    const problem = await work();
    const others = Object.entries(this.problems).filter(([other]) => other !== key);
    this.problems = Object.fromEntries(problem ? [...others, [key, problem]] : others);
    this.busyWith = null;
  }
}
