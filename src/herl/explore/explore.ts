/**
 * Searches for responses that pass: k attempts for each of several instructions, by one strategy, without training.
 * Instructions go on together, round by round, so that every call of the policy is a full batch.
 */
import { deriveKey, type Key } from "../../kernels/random/random";
import type { Rollout, SampleRequest } from "../../policy/policy";
import type { Task } from "../../rubric/schema";
import { scoringTemperature } from "../config";
import { hasPassed } from "../group";
import { rubricReward } from "../reward";
import { revisionContext } from "../revision_context";
import type { Attempt, Explorer, Strategy } from "./attempt";
import { nextFork, nextLikely } from "./fork";
import { bestFailure } from "./guided";

export interface ExploreOptions {
  readonly strategy: Strategy;
  /** k: responses per instruction. Guided exploration takes fewer where one passes earlier. */
  readonly attempts: number;
  readonly temperature: number;
  readonly maxNewTokens: number;
  readonly signal?: AbortSignal;
  /** Called after each attempt, once it is graded. */
  readonly onAttempt?: (task: number, attempt: Attempt) => void;
}

/** One instruction's search, as far as it has got. */
interface Search {
  readonly task: Task;
  readonly prompt: readonly number[];
  /** Its stream of random numbers: attempt j depends on it and on j, not on the instructions beside it. */
  readonly key: Key;
  readonly attempts: Attempt[];
}

/** What a response starts with: the kept prefix and the forced token of a fork; nothing for others. */
type Start = Pick<Rollout, "ids"> & {
  readonly logprobs: readonly number[];
  readonly entropies: readonly number[];
};

/** An attempt that is to be made. */
interface Plan extends Pick<Attempt, "parent" | "fork"> {
  readonly search: Search;
  /** Tokens before the response: the instruction, or hindsight. */
  readonly context: readonly number[];
  readonly start: Start;
  readonly samples: number;
  readonly key: Key;
}

/**
 * Attempts by instruction, in the order in which they were made. All strategies begin with the same first sample. A
 * revision whose prompt does not fit the context, or that the chat template cannot carry, is replaced by a plain sample.
 * Rejects when `signal` aborts, with CONTEXT_TOO_LONG where an instruction leaves no room, and as the grader does.
 */
export async function explore(
  explorer: Explorer,
  tasks: readonly Task[],
  key: Key,
  options: ExploreOptions,
): Promise<Attempt[][]> {
  const { strategy, attempts: k } = options;
  const searches = tasks.map((task): Search => ({
    task,
    prompt: explorer.codec.encode([{ role: "user", content: task.prompt }]),
    key: deriveKey(key, "explore", task.id),
    attempts: [],
  }));
  let plans = searches.map((search) => plain(search, search.key, strategy === "stochastic" ? k : 1));
  while (plans.length > 0) {
    await carryOut(explorer, searches, plans, options);
    const open = searches.filter(({ attempts }) => attempts.length < k && !isDone(attempts, strategy));
    plans = [];
    for (const search of open) plans.push(await nextPlan(explorer, search, options));
  }
  return searches.map(({ attempts }) => attempts);
}

const isDone = (attempts: readonly Attempt[], strategy: Strategy): boolean =>
  strategy === "guided" && attempts.some(hasPassed);

const plain = (search: Search, key: Key, samples = 1): Plan => ({
  ...{ search, key, samples, parent: null, fork: null, context: search.prompt },
  start: { ids: [], logprobs: [], entropies: [] },
});

async function nextPlan(explorer: Explorer, search: Search, options: ExploreOptions): Promise<Plan> {
  const { attempts } = search;
  const key = deriveKey(search.key, "attempt", attempts.length);
  const planned =
    options.strategy === "entropy"
      ? await forked(explorer, search, key, options)
      : revised(explorer, search, key);
  return planned ?? plain(search, key);
}

/** Null when nothing failed with a reward, or the revision's prompt cannot be. */
function revised(explorer: Explorer, search: Search, key: Key): Plan | null {
  const parent = bestFailure(search.attempts);
  const context = parent === null ? null : revisionContext(explorer, search.task, search.attempts[parent]);
  if (!context || context.length >= explorer.policy.contextLength) return null;
  return { ...plain(search, key), parent, context };
}

/** Null when every token of the vocabulary has been tried. */
async function forked(
  { policy }: Explorer,
  search: Search,
  key: Key,
  { temperature, signal }: ExploreOptions,
): Promise<Plan | null> {
  signal?.throwIfAborted();
  const { parent, position, tried } = nextFork(search.attempts);
  const { ids, logprobs, entropies } = search.attempts[parent].rollout;
  const kept = ids.slice(0, position);
  const next = await policy.nextToken([...search.prompt, ...kept], {
    ...{ temperature: scoringTemperature({ temperature }), signal },
  });
  const forced = nextLikely(next, tried);
  if (forced === null) return null;
  const start: Start = {
    ids: [...kept, forced],
    logprobs: [...logprobs.slice(0, position), next[forced]],
    entropies: [...entropies.slice(0, position + 1)],
  };
  return { ...plain(search, key), parent, fork: position, start };
}

/** Samples and grades one round of attempts. */
async function carryOut(
  explorer: Explorer,
  searches: readonly Search[],
  plans: readonly Plan[],
  options: ExploreOptions,
): Promise<void> {
  const { codec, grader } = explorer;
  const { signal, onAttempt } = options;
  const responses = await sampleAll(explorer, plans, options);
  await Promise.all(
    plans.map(async ({ search, parent, fork, context }, i) => {
      const made = responses[i].map(async (rollout): Promise<Attempt> => {
        const text = codec.decode(rollout.ids);
        const verdicts = await grader.grade(search.task, text, signal);
        return {
          ...{ rollout, text, verdicts, reward: rubricReward(search.task.rubric, verdicts) },
          ...{ parent, fork, promptTokens: context.length + (fork ?? 0) },
          newTokens: rollout.ids.length - (fork ?? 0),
        };
      });
      for (const attempt of await Promise.all(made)) {
        search.attempts.push(attempt);
        onAttempt?.(searches.indexOf(search), attempt);
      }
    }),
  );
}

/** The responses of each plan: its start, and what the policy writes after it. */
async function sampleAll(
  { policy, endIds }: Explorer,
  plans: readonly Plan[],
  { temperature, maxNewTokens, signal }: ExploreOptions,
): Promise<Rollout[][]> {
  const limits = plans.map(({ context }) => Math.min(maxNewTokens, policy.contextLength - context.length));
  const isWhole = ({ start: { ids } }: Plan, i: number) =>
    ids.length > 0 && (endIds.has(ids[ids.length - 1]) || ids.length === limits[i]);
  const unfinished = plans.map((_, i) => i).filter((i) => !isWhole(plans[i], i));
  const requests = unfinished.map((i): SampleRequest => {
    const { context, start, samples, key } = plans[i];
    return { prompt: [...context, ...start.ids], samples, key };
  });
  const sampled = await policy.sample(requests, { temperature, maxNewTokens, signal });
  return plans.map(({ start }, i) => {
    const at = unfinished.indexOf(i);
    const ends = at < 0 ? [null] : sampled[at];
    return ends.map((end) => joined(start, end, limits[i], endIds));
  });
}

/** A start with what was sampled after it, cut off at the longest response: as if it had been sampled in one go. */
function joined(start: Start, end: Rollout | null, limit: number, endIds: ReadonlySet<number>): Rollout {
  const ids = [...start.ids, ...(end?.ids ?? [])].slice(0, limit);
  return {
    ids,
    logprobs: Float32Array.from([...start.logprobs, ...(end?.logprobs ?? [])].slice(0, limit)),
    entropies: Float32Array.from([...start.entropies, ...(end?.entropies ?? [])].slice(0, limit)),
    finish: endIds.has(ids[ids.length - 1]) ? "stop" : "length",
  };
}
