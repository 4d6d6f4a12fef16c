/** What a judge costs, answers and needs, in words. */
import { count, significant } from "../../figures/format";
import type { JudgeConfig } from "../../rubric/judge/judge_config";
import type { JudgeCounters } from "../../rubric/judge/judge_counters";
import { isLocalJudge } from "../../rubric/judge/local_judge";
import type { JudgeTest } from "../../runs/try_judge";

/** "tiny at localhost:11434": who judges. */
export function judgeName({ url, model }: Pick<JudgeConfig, "url" | "model">): string {
  const where = isLocalJudge(url) ? "this page" : URL.canParse(url) ? new URL(url).host : url;
  return model === "" ? where : `${model} ${isLocalJudge(url) ? "in" : "at"} ${where}`;
}

type Limits = Pick<JudgeConfig, "budgetCalls" | "budgetTokens" | "budgetMoney">;

/** The counters, one a line, and what they may come to. */
export function counterWords(counters: JudgeCounters, limits: Limits): string[] {
  const { calls, cached, retries, unknown, promptTokens, completionTokens, money } = counters;
  const of = (spent: string, limit: string, isLimited: boolean) =>
    isLimited ? `${spent} of ${limit}` : spent;
  const { budgetCalls, budgetTokens, budgetMoney } = limits;
  const tokens = promptTokens + completionTokens;
  return [
    `${of(count(calls), count(budgetCalls), budgetCalls > 0)} ${calls === 1 && budgetCalls === 0 ? "call" : "calls"}`,
    `${count(cached)} kept from before`,
    `${count(retries)} sent again`,
    `${count(unknown)} ${unknown === 1 ? "item" : "items"} unknown`,
    `${of(count(tokens), count(budgetTokens), budgetTokens > 0)} tokens`,
    ...(money > 0 || budgetMoney > 0
      ? [`${of(significant(money), significant(budgetMoney), budgetMoney > 0)} in money`]
      : []),
  ];
}

/** Whether a page at `origin` may not call `url` at all, whatever the server allows. */
export function isMixedContent(url: string, origin: string): boolean {
  if (!URL.canParse(url) || !origin.startsWith("https:")) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$|\.localhost$/.test(hostname);
}

const formats = { schema: "by a JSON schema", object: "as a JSON object", text: "in words" } as const;

/** What a tiny question came to: a line to begin with, and what to say about each item. */
export function trialWords(test: Exclude<JudgeTest, { problem: unknown }>): {
  lead: string;
  items: string[];
} {
  const { milliseconds, structured, items, promptTokens, completionTokens } = test;
  const isRight = items.every(({ expected, verdict }) => verdict.status === expected);
  const isKnown = items.every(({ verdict }) => verdict.status !== "unknown");
  const outcome = isRight
    ? "It works"
    : isKnown
      ? "It answers, but not rightly"
      : "It answers, but not so that it counts";
  const seconds = significant(milliseconds / 1000, 2);
  return {
    lead: `${outcome}: ${seconds} s, asked ${formats[structured]}, ${count(promptTokens)} tokens read and ${count(completionTokens)} written.`,
    items: items.map(({ text, expected, verdict }) => {
      const said = { satisfied: "yes", unmet: "no", unknown: "no verdict" }[verdict.status];
      const right =
        verdict.status === expected ? "right" : verdict.status === "unknown" ? "unknown" : "wrong";
      return `“${text}”: ${said}, which is ${right}${verdict.reason ? `. ${verdict.reason}` : ""}`;
    }),
  };
}
