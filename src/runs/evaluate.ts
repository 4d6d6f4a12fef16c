import { meanOrNull } from "../analysis/mean";
import { hasPassed } from "../herl/group";
import { rubricReward } from "../herl/reward";
import { deriveKey, type Key } from "../kernels/random/random";
import type { ChatCodec, Policy } from "../policy/policy";
import type { Grader } from "../rubric/grader";
import type { Task, Verdict } from "../rubric/schema";
import type { EvaluationSplit } from "./world";

/** One line of `eval.jsonl`. */
export interface EvaluationRow {
  /** Updates before it. */
  readonly step: number;
  /** `plain`: texts of the world's own language, which are scored and not sampled. */
  readonly split: EvaluationSplit | "plain" | "file";
  /** Responses that could be graded; of plain texts, their tokens. */
  readonly n: number;
  /** Mean reward, and share of responses that satisfy every item; null for plain texts. */
  readonly reward: number | null;
  readonly all_met: number | null;
  /** Share satisfied by verifier id. */
  readonly by_id: Readonly<Record<string, number>>;
  /** Of plain texts: exp of the mean −ln π of their tokens after their instructions, at temperature 1. */
  readonly perplexity?: number;
  /** Of sampled responses, where it was asked for: estimates of the KL to the start, nats a token (`driftOf`). */
  readonly kl?: number;
  readonly kl_k1?: number;
  /** With several responses a task: right ones by task, and the share of tasks with any (`coverage.ts`). */
  readonly solved?: readonly number[];
  readonly covered?: number;
  /** Of the tasks never solved at the run's first evaluation, the share solved now. */
  readonly newly_solved?: number;
}

/** The line of a split whose responses were sampled and graded. */
export type GradedRow = EvaluationRow & { readonly reward: number; readonly all_met: number };

/** One graded response of an evaluation. */
export interface EvaluatedResponse {
  readonly task: Task;
  /** The tokens of the prompt, and of the response. */
  readonly prompt: readonly number[];
  readonly ids: readonly number[];
  readonly text: string;
  readonly verdicts: readonly Verdict[];
  readonly reward: number | null;
}

export interface EvaluateOptions {
  readonly samples: number;
  readonly temperature: number;
  readonly maxNewTokens: number;
  readonly signal?: AbortSignal;
}

/** Samples and grades responses to `tasks`: by task, then by sample. The policy is left alone. */
export async function sampleAndGrade(
  { policy, codec, grader }: { readonly policy: Policy; readonly codec: ChatCodec; readonly grader: Grader },
  tasks: readonly Task[],
  key: Key,
  { samples, signal, ...sampling }: EvaluateOptions,
): Promise<EvaluatedResponse[][]> {
  const requests = tasks.map(({ prompt }, i) => ({
    prompt: codec.encode([{ role: "user", content: prompt }]),
    samples,
    key: deriveKey(key, i),
  }));
  const sampled = await policy.sample(requests, { ...sampling, signal });
  return Promise.all(
    tasks.map((task, i) =>
      Promise.all(
        sampled[i].map(async ({ ids }) => {
          const text = codec.decode(ids);
          const verdicts = await grader.grade(task, text, signal);
          const { prompt } = requests[i];
          return { task, prompt, ids, text, verdicts, reward: rubricReward(task.rubric, verdicts) };
        }),
      ),
    ),
  );
}

/** The line of `eval.jsonl` for graded responses. */
export function summarize(
  responses: readonly EvaluatedResponse[],
  step: number,
  split: EvaluationRow["split"],
): GradedRow {
  const rewards = responses.flatMap(({ reward }) => (reward === null ? [] : [reward]));
  return {
    ...{ step, split, n: rewards.length },
    reward: meanOrNull(rewards) ?? 0,
    all_met: meanOrNull(rewards.map((reward) => (hasPassed({ reward }) ? 1 : 0))) ?? 0,
    by_id: ratesById(responses),
  };
}

function ratesById(responses: readonly EvaluatedResponse[]): Record<string, number> {
  const counts = new Map<string, { satisfied: number; asked: number }>();
  for (const { task, verdicts } of responses) {
    task.rubric.forEach(({ check }, i) => {
      if (verdicts[i].status === "unknown") return;
      const id = check.by === "code" ? check.verifier : "judge";
      const count = counts.get(id) ?? { satisfied: 0, asked: 0 };
      count.asked++;
      if (verdicts[i].status === "satisfied") count.satisfied++;
      counts.set(id, count);
    });
  }
  return Object.fromEntries(
    [...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, { satisfied, asked }]) => [id, satisfied / asked]),
  );
}
