/**
 * ExpRL (Xiang et al., 2026), stage I: a scorer holds a response against the task's reference solution, which the
 * policy never sees, as a whole (outcome) or segment by segment (process). Responses divide themselves by "###".
 * Where the paper's text and its published code differ, both are settings (`ProcessConfig`).
 */
import { meanOrNull } from "../analysis/mean";
import { HerlError } from "../errors";
import type { ChatCodec } from "../policy/policy";
import type { Task } from "../rubric/schema";
import type { ProcessConfig } from "./config";
import type { Group, ProcessScores, Row, Sample, Segment } from "./group";

/** What divides a response into segments. */
const separator = "###";

/** Scores responses against references. Scores are 1 to 5; null where no score could be read from an answer. */
export interface SegmentScorer {
  /** One score a segment: of it alone, or of the response up to its end. */
  segments(
    task: Task,
    segments: readonly string[],
    judged: ProcessConfig["judged"],
    signal?: AbortSignal,
  ): Promise<readonly (number | null)[]>;
  /** The score of a whole response. */
  outcome(task: Task, response: string, signal?: AbortSignal): Promise<number | null>;
}

/**
 * The segments of a response's tokens, in order and without gaps. A token belongs to the segment in which it begins. A
 * segment of white space alone is part of the one before it, the first of the one after. None for no tokens.
 */
export function splitSegments(ids: readonly number[], decode: ChatCodec["decode"]): Segment[] {
  /** How many separators stand before token i. */
  const before = ids.map((_, i) => decode(ids.slice(0, i)).split(separator).length - 1);
  const starts = ids.flatMap((_, i) => (i === 0 || before[i] > before[i - 1] ? [i] : []));
  const segments: Segment[] = [];
  starts.forEach((start, s) => {
    const end = starts[s + 1] ?? ids.length;
    const text = decode(ids.slice(start, end)).replace(separator, "");
    const last = segments.at(-1);
    if (last && (text.trim() === "" || last.text.trim() === ""))
      segments[segments.length - 1] = { start: last.start, end, text: last.text + text };
    else segments.push({ start, end, text });
  });
  return segments;
}

/** A group with the scores of its rollouts, where the configuration asks for any. Rejects with REFERENCES_MISSING. */
export async function scoreGroup(
  { scorer, codec }: { readonly scorer?: SegmentScorer; readonly codec: Pick<ChatCodec, "decode"> },
  group: Group,
  config: ProcessConfig,
  signal?: AbortSignal,
): Promise<Group> {
  if (config.scores === "none") return group;
  if (!scorer) {
    throw new HerlError(
      "REFERENCES_MISSING",
      "The world has no reference solutions to score responses against",
      "Train on the world `steps`, give a run on a task file a judge (judge.url), or set process.scores to none",
    );
  }
  const decode = (ids: readonly number[]) => codec.decode(ids);
  const score = async (sample: Sample): Promise<Sample> => ({
    ...sample,
    process: await scoreResponse(scorer, group.task, sample, decode, config, signal),
  });
  return { ...group, rollouts: await Promise.all(group.rollouts.map(score)) };
}

async function scoreResponse(
  scorer: SegmentScorer,
  task: Task,
  { rollout, text }: Sample,
  decode: ChatCodec["decode"],
  { scores, judged }: ProcessConfig,
  signal?: AbortSignal,
): Promise<ProcessScores> {
  const isWhole = scores === "outcome";
  const segments = isWhole
    ? [{ start: 0, end: rollout.ids.length, text }]
    : splitSegments(rollout.ids, decode);
  if (rollout.finish === "length") return { segments, scores: segments.map(() => 0) };
  const texts = segments.map((segment) => segment.text);
  const given = isWhole
    ? [await scorer.outcome(task, text, signal)]
    : await scorer.segments(task, texts, judged, signal);
  const known = given.flatMap((score) => (score === null ? [] : [(score - 1) / 4]));
  return { segments, scores: known.length === given.length ? known : null };
}

/**
 * The advantage of each segment of each response of a group, constant over its tokens, from its scores s_1 … s_T:
 *
 * - `delta`: A_1 = s_1 − s_T, A_t = s_t − s_{t−1};
 * - `end`: A_t = s_t − s_T for t < T, A_T = s_T;
 * - `group`: A_t = s_t − the group's mean of mean_t s_t.
 *
 * A response of one segment gets what the formula gives (for `delta` 0), or with `single: score` its own score.
 */
export function segmentAdvantages(
  responses: readonly (readonly number[])[],
  { norm, single }: Pick<ProcessConfig, "norm" | "single">,
): number[][] {
  const scored = responses.filter((scores) => scores.length > 0);
  const base = mean(scored.map(mean));
  return responses.map((scores) => {
    const last = scores.length - 1;
    if (last === 0 && single === "score") return [scores[0]];
    return scores.map((score, t) => {
      if (norm === "group") return score - base;
      if (norm === "end") return t === last ? score : score - scores[last];
      return score - scores[t === 0 ? last : t - 1];
    });
  });
}

/** A scored response with its mean score as the reward that is trained on; any other response as it is. */
export function withScoreReward(sample: Sample): Sample {
  const { process } = sample;
  return process ? { ...sample, reward: process.scores && mean(process.scores) } : sample;
}

/**
 * The rows of a group that was scored segment by segment: the rollouts `taking`, each token with its segment's
 * advantage. A row's reward is its mean score, its advantage the mean over its tokens.
 */
export function segmentRows(
  rollouts: readonly Sample[],
  taking: readonly number[],
  config: Pick<ProcessConfig, "norm" | "single">,
): Row[] {
  const scored = taking.map((index) => ({ index, ...rollouts[index].process! }));
  const advantages = segmentAdvantages(
    scored.map(({ scores }) => scores!),
    config,
  );
  return scored.map(({ index, segments, scores }, i): Row => {
    const tokenAdvantages = segments.flatMap(({ start, end }, t) =>
      Array.from({ length: end - start }, () => advantages[i][t]),
    );
    const reward = mean(scores!);
    return {
      ...{ source: "rollout", index, graded: reward, reward, bonus: 0, overlong: 0 },
      ...{ advantage: mean(tokenAdvantages), tokenAdvantages },
    };
  });
}

const mean = (values: readonly number[]): number => meanOrNull(values) ?? 0;
