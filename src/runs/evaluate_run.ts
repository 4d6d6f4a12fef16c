import { scoringTemperature } from "../herl/config";
import { klTerm } from "../herl/objective";
import { deriveKey, seedKey } from "../kernels/random/random";
import { exp } from "../kernels/math";
import type { Policy } from "../policy/policy";
import type { PlainText } from "../worlds/plain_text";
import type { RunConfig } from "./config";
import { coverageOf } from "./coverage";
import { sampleAndGrade, summarize, type EvaluatedResponse, type EvaluationRow } from "./evaluate";
import type { OpenLearner } from "./learner";
import type { EvaluationSplit, World } from "./world";

/** An evaluation is under way: `done` of `total` responses. */
export interface EvaluationProgress {
  readonly type: "evaluating";
  readonly done: number;
  readonly total: number;
}

const evaluationSplits = ["heldout", "close", "ood"] as const satisfies readonly EvaluationSplit[];

/**
 * Evaluates a run's policy as it is after `step` updates, split by split, with the same random numbers at every step;
 * then the plain texts, where the run has them, with the KL to the start on the held-out responses.
 */
export async function* evaluateRun(
  learner: OpenLearner,
  world: World,
  config: RunConfig,
  step: number,
  signal?: AbortSignal,
): AsyncGenerator<EvaluationProgress, EvaluationRow[]> {
  const { evaluation, temperature, maxNewTokens, seed } = config;
  const { samples } = evaluation;
  const splits = evaluationSplits
    .map((split) => ({ split, tasks: world.evaluationTasks(split, evaluation[split]) }))
    .filter(({ tasks }) => tasks.length > 0);
  const texts = world.plainTexts(evaluation.plain);
  const total = splits.reduce((sum, { tasks }) => sum + samples * tasks.length, 0);
  const rows: EvaluationRow[] = [];
  let done = 0;
  for (const { split, tasks } of splits) {
    yield { type: "evaluating", done, total };
    const key = deriveKey(seedKey(seed), "evaluation", split);
    const options = { samples, temperature, maxNewTokens, signal };
    const byTask = await sampleAndGrade(learner, tasks, key, options);
    const responses = byTask.flat();
    const measures = split === "heldout" && texts.length > 0;
    const drift = measures
      ? await driftOf(learner.policy, responses, scoringTemperature(config), signal)
      : {};
    const coverage = samples > 1 ? coverageOf(byTask) : {};
    rows.push({ ...summarize(responses, step, split), ...drift, ...coverage });
    done += samples * tasks.length;
  }
  if (texts.length > 0) rows.push(await plainRow(learner, texts, step, signal));
  return rows;
}

/**
 * Two estimates of KL(π ‖ the policy that the run started from) on responses sampled from π, in nats a token: the mean
 * of ln π − ln π_ref (`kl_k1`), and of the k3 estimate (`kl`), which is never negative. John Schulman, "Approximating KL
 * divergence".
 */
export async function driftOf(
  policy: Policy,
  responses: readonly Pick<EvaluatedResponse, "prompt" | "ids">[],
  temperature: number,
  signal?: AbortSignal,
): Promise<{ kl?: number; kl_k1?: number }> {
  const trees = responses.map(({ prompt, ids }) => ({ prompt, branches: [ids] }));
  const now = (await policy.score(trees, { temperature, signal })).flat();
  const start = (await policy.score(trees, { weights: "reference", temperature, signal })).flat();
  let [k1, k3, tokens] = [0, 0, 0];
  now.forEach(({ logprobs }, i) => {
    logprobs.forEach((logprob, t) => {
      k1 += logprob - start[i].logprobs[t];
      k3 += klTerm(logprob, start[i].logprobs[t]).value;
    });
    tokens += logprobs.length;
  });
  return tokens === 0 ? {} : { kl: k3 / tokens, kl_k1: k1 / tokens };
}

/** The perplexity of plain texts: each response with its end, after its instruction, at temperature 1. */
async function plainRow(
  { policy, codec }: OpenLearner,
  texts: readonly PlainText[],
  step: number,
  signal?: AbortSignal,
): Promise<EvaluationRow> {
  const trees = texts.map(({ instruction, response }) => ({
    prompt: codec.encode([{ role: "user", content: instruction }]),
    branches: [codec.encodeResponse(response)],
  }));
  const logprobs = (await policy.score(trees, { signal })).flat().flatMap((scores) => [...scores.logprobs]);
  const mean = logprobs.reduce((sum, logprob) => sum + logprob, 0) / logprobs.length;
  return {
    ...{ step, split: "plain", n: logprobs.length, reward: null, all_met: null, by_id: {} },
    perplexity: exp(-mean),
  };
}
