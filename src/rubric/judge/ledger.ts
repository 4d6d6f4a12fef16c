import { HerlError } from "../../errors";
import type { Completion } from "./completion";
import type { JudgeConfig } from "./judge_config";
import { noCounters, type JudgeCounters, type JudgeFailure } from "./judge_counters";

export type Budget = Pick<JudgeConfig, "budgetCalls" | "budgetTokens" | "budgetMoney">;
type Prices = Pick<JudgeConfig, "pricePromptMillion" | "priceCompletionMillion">;

/** Characters a token, for servers that do not count. */
const charactersPerToken = 4;

/** What a judge spends, against its budget. */
export class Ledger {
  private current = noCounters;
  private budget: Budget;
  private readonly prices: Prices;
  private readonly listeners = new Set<(counters: JudgeCounters) => void>();

  constructor(config: Budget & Prices) {
    this.budget = config;
    this.prices = config;
  }

  get counters(): JudgeCounters {
    return this.current;
  }

  startFrom(spent: JudgeCounters): void {
    this.change(spent);
  }

  setBudget(budget: Partial<Budget>): void {
    this.budget = { ...this.budget, ...budget };
  }

  onChange(listener: (counters: JudgeCounters) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Books a call that is about to be sent. Throws JUDGE_BUDGET instead where the budget is spent. */
  call(isRetry: boolean): void {
    const { calls, retries, promptTokens, completionTokens, money } = this.current;
    const { budgetCalls, budgetTokens, budgetMoney } = this.budget;
    if (budgetCalls > 0 && calls >= budgetCalls) throw spent(`${calls} calls`);
    const tokens = promptTokens + completionTokens;
    if (budgetTokens > 0 && tokens >= budgetTokens) throw spent(`${tokens} tokens`);
    if (budgetMoney > 0 && money >= budgetMoney) throw spent(`${money.toFixed(4)} in money`);
    this.change({ calls: calls + 1, retries: retries + (isRetry ? 1 : 0) });
  }

  /** Books an answer; `asked` is the length of the question in characters. */
  answered(completion: Completion, asked: number, milliseconds: number): void {
    const estimate = (characters: number) => Math.ceil(characters / charactersPerToken);
    const read = completion.promptTokens ?? estimate(asked);
    const written = completion.completionTokens ?? estimate(completion.text.length);
    const { pricePromptMillion, priceCompletionMillion } = this.prices;
    const { current } = this;
    this.change({
      promptTokens: current.promptTokens + read,
      completionTokens: current.completionTokens + written,
      money: current.money + (read * pricePromptMillion + written * priceCompletionMillion) / 1e6,
      answered: current.answered + 1,
      milliseconds: current.milliseconds + milliseconds,
    });
  }

  failed(kind: JudgeFailure): void {
    const { failures } = this.current;
    this.change({ failures: { ...failures, [kind]: failures[kind] + 1 } });
  }

  cached(): void {
    this.change({ cached: this.current.cached + 1 });
  }

  unknown(items: number): void {
    if (items > 0) this.change({ unknown: this.current.unknown + items });
  }

  private change(changes: Partial<JudgeCounters>): void {
    this.current = { ...this.current, ...changes };
    for (const listener of this.listeners) listener(this.current);
  }
}

const spent = (what: string): HerlError =>
  new HerlError(
    "JUDGE_BUDGET",
    `The judge's budget is spent: ${what}`,
    "Raise the budget, then go on; answers that were given stay",
  );
