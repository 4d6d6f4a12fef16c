import { proxy } from "comlink";
import type { PlainError } from "../../errors";
import { strategies, type Strategy } from "../../herl/explore/attempt";
import type {
  ExploreSubject,
  SearchProgress,
  SearchRequest,
  SearchView,
  StrategyRates,
} from "../../runs/explore_commands";
import type { EvaluationSplit } from "../../runs/world";
import type { Trainer } from "../trainer";

/** The policy that searched: which run's, and after how many updates. */
export interface Searched {
  readonly run: string;
  readonly updates: number;
}

/** What is under way, and how far it is. */
export interface SearchUnderWay extends SearchProgress {
  readonly what: "one" | "many";
  readonly strategy: Strategy;
}

type Found<T> = Searched & { readonly by: readonly T[] };

/** Instructions that strategies are compared on: fewer with a model that takes a second for a few responses. */
export const manyInstructions = (parameters: number): number => (parameters < 1e7 ? 64 : 16);

/** Searches with the present policy, by all strategies one after the other. They stay while other views are looked at. */
class Exploration {
  /** k, responses per instruction. */
  attempts = $state(8);
  source: ExploreSubject["kind"] | "close" | "ood" = $state("update");
  /** Of a split, from 1. */
  number = $state(1);
  split: EvaluationSplit = $state("heldout");
  one: Found<SearchView> | null = $state.raw(null);
  many: Found<StrategyRates> | null = $state.raw(null);
  chosen: { readonly strategy: Strategy; readonly attempt: number } | null = $state.raw(null);
  underWay: SearchUnderWay | null = $state.raw(null);
  problem: { readonly what: "one" | "many"; readonly error: PlainError } | null = $state.raw(null);
  private draws = 0;
  private started = 0;

  /** Searches on one instruction; each further call draws anew. */
  async searchOne(trainer: Trainer, policy: Searched, subject: ExploreSubject): Promise<void> {
    [this.one, this.chosen] = [null, null];
    const draw = this.draws++;
    await this.search("one", draw, {
      ask: (request, onProgress) => trainer.searchOne(subject, request, onProgress),
      take: (by) => (this.one = { ...policy, by }),
    });
  }

  /** Searches on many instructions of a split; the same draws again for the same policy. */
  async searchMany(trainer: Trainer, policy: Searched, count: number): Promise<void> {
    this.many = null;
    const tasks = { split: this.split, count };
    await this.search("many", 0, {
      ask: (request, onProgress) => trainer.searchMany(tasks, request, onProgress),
      take: (by) => (this.many = { ...policy, by }),
    });
  }

  cancel(trainer: Trainer): void {
    this.started++;
    this.underWay = null;
    void trainer.cancelSearches();
  }

  /** What was found with another run's policy is not shown beside this one. */
  keepOnly(run: string): void {
    if (this.one?.run !== run) [this.one, this.chosen] = [null, null];
    if (this.many?.run !== run) this.many = null;
    this.problem = null;
  }

  private async search<T extends object>(
    what: "one" | "many",
    draw: number,
    {
      ask,
      take,
    }: {
      ask: (
        request: SearchRequest,
        onProgress: (progress: SearchProgress) => void,
      ) => Promise<T | { readonly problem: PlainError } | null>;
      take: (by: readonly T[]) => void;
    },
  ): Promise<void> {
    const mine = ++this.started;
    const { attempts } = this;
    this.problem = null;
    let found: readonly T[] = [];
    for (const strategy of strategies) {
      this.underWay = { what, strategy, done: 0, of: 1 };
      let isOpen = true;
      // Progress that is told on its way may arrive after the answer.
      const tell = (progress: SearchProgress) => {
        if (isOpen && mine === this.started) this.underWay = { what, strategy, ...progress };
      };
      const answer = await ask({ strategy, attempts, draw }, proxy(tell));
      isOpen = false;
      if (mine !== this.started) return;
      if (answer === null) break;
      if ("problem" in answer) {
        this.problem = { what, error: answer.problem };
        break;
      }
      take((found = [...found, answer]));
    }
    this.underWay = null;
  }
}

export const exploration = new Exploration();
