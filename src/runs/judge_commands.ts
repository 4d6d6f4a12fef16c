import type { Judge } from "../rubric/judge/judge";
import type { JudgeConfig } from "../rubric/judge/judge_config";
import type { Budget } from "../rubric/judge/ledger";
import type { PageJudge } from "./page_judge";
import type { JudgeModels, JudgeTest } from "./try_judge";

/** What the page says to judges and asks of them, beside the run. */
export interface JudgeCommands {
  /** The key for the judge at this address, from now on; it is kept in memory only. */
  setJudgeKey(url: string, key: string | null): void;
  /** Another budget for the judge of the open run; its configuration stays as it was recorded. */
  setJudgeBudget(budget: Budget): void;
  /** A port to the local model, for a judge in the page. */
  setLocalJudge(port: MessagePort): void;
  /** Asks a judge a tiny question, outside any run. */
  testJudge(config: JudgeConfig): Promise<JudgeTest>;
  /** The models that the server at this address has. */
  listJudgeModels(url: string): Promise<JudgeModels>;
}

/** `present` is the judge of the open run, or null. */
export function judgeCommands(judge: PageJudge, present: () => Judge | null): JudgeCommands {
  return {
    setJudgeKey: (url, key) => judge.setKey(url, key),
    setJudgeBudget(budget) {
      judge.budget = budget;
      present()?.setBudget?.(budget);
    },
    setLocalJudge: (port) => judge.setLocal(port),
    testJudge: async (config) => (await import("./try_judge")).testJudge(config, judge),
    listJudgeModels: async (url) => (await import("./try_judge")).judgeModels(url, judge),
  };
}
