import type { JudgeConfig } from "../../rubric/judge/judge_config";
import type { ItemView, ResponseView, VerdictView } from "../../runs/protocol";
import { explanation, responseName, type Explanation } from "./explanation";

export interface JudgedItem {
  readonly item: ItemView;
  /** Of the rubric, from 0. */
  readonly index: number;
  readonly response: Pick<ResponseView, "source" | "index" | "draft">;
  readonly verdict: VerdictView;
  readonly judge: Pick<JudgeConfig, "model" | "votes" | "evidence">;
}

/** What a judge said of one item, in its own words: they are text from outside. */
export function verdict({ item, index, response, verdict, judge }: JudgedItem): Explanation {
  const { status, reason, evidence, cached } = verdict;
  const avoided = item.polarity === "avoid";
  const words = {
    satisfied: avoided ? "avoided" : "met",
    unmet: avoided ? "there, and to be avoided" : "not met",
    unknown: "unknown",
  };
  const said = [
    ...(judge.votes > 1 ? [["votes", `the majority of ${judge.votes}`]] : []),
    ...(reason ? [[status === "unknown" ? "why not" : "reason", reason]] : []),
    ...(evidence ? [["quotes", evidence]] : []),
  ];
  return explanation({
    title: `Item ${index + 1} of ${responseName(response)}`,
    formula: `${avoided ? "Avoid: " : ""}${item.text}`,
    filled: [
      `${words[status]}, by ${judge.model || "the judge"}${cached ? ", as it said when it was asked before" : ""}`,
    ],
    table: said.length === 0 ? null : { columns: ["what", "in its words"], rows: said },
    note:
      status === "unknown"
        ? "What a judge cannot decide is no 0: the response leaves the group."
        : avoided
          ? "The judge is asked whether it is there; that it should not be is no part of the question."
          : null,
    source: ["src/rubric/judge/http_judge.ts", "httpJudge"],
  });
}
