import type { Verdict } from "../rubric/schema";
import { httpJudge } from "../rubric/judge/http_judge";
import type { JudgeConfig } from "../rubric/judge/judge_config";
import { listModels } from "../rubric/judge/list_models";
import type { JudgeAccess } from "./open_grader";
import type { PlainError } from "../errors";
import { orProblem } from "./or_problem";

/** The tiny question, and what is true. */
const question = {
  instruction: "Write one sentence about an animal.",
  response: "A fox slept by the lake at night.",
  items: [
    { text: "Mentions a fox.", polarity: "want" },
    { text: "Mentions an owl.", polarity: "want" },
  ],
} as const;
const truth = ["satisfied", "unmet"] as const;

/** What a judge made of a tiny question. */
export interface JudgeTrial {
  /** From the question to the answer, in milliseconds. */
  readonly milliseconds: number;
  /** How the JSON was asked for when it was answered. */
  readonly structured: "schema" | "object" | "text";
  readonly items: readonly {
    readonly text: string;
    readonly expected: (typeof truth)[number];
    readonly verdict: Verdict;
  }[];
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export type JudgeTest = JudgeTrial | { readonly problem: PlainError };

/** Asks a judge two things whose answers are known, once each, outside any run and its budget. */
export function testJudge(config: JudgeConfig, access: JudgeAccess): Promise<JudgeTest> {
  return orProblem(async () => {
    let structured: JudgeTrial["structured"] = "text";
    const judge = httpJudge({
      ...access,
      config: { ...config, votes: 1, retries: 0, budgetCalls: 0, budgetTokens: 0, budgetMoney: 0 },
      fetch: (input, init) => {
        structured = formatOf(init?.body);
        return access.fetch(input, init);
      },
    });
    const started = performance.now();
    const verdicts = await judge.judge(question);
    const milliseconds = performance.now() - started;
    const { promptTokens, completionTokens } = judge.counters;
    const items = question.items.map(({ text }, i) => ({
      ...{ text, expected: truth[i], verdict: verdicts[i] },
    }));
    return { milliseconds, structured, items, promptTokens, completionTokens };
  });
}

export type JudgeModels = { readonly models: readonly string[] } | { readonly problem: PlainError };

/** The models that a judge's server offers, or why it does not say. */
export const judgeModels = (url: string, access: JudgeAccess): Promise<JudgeModels> =>
  orProblem(async () => ({ models: await listModels({ url, ...access }) }));

function formatOf(body: unknown): JudgeTrial["structured"] {
  const { response_format: format } = JSON.parse(String(body)) as { response_format?: { type: string } };
  if (!format) return "text";
  return format.type === "json_schema" ? "schema" : "object";
}
