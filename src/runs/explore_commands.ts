import { HerlError, type PlainError } from "../errors";
import type { Attempt, Explorer, Strategy } from "../herl/explore/attempt";
import type { AtBudget } from "../herl/explore/summary";
import { deriveKey, seedKey } from "../kernels/random/random";
import type { Task } from "../rubric/schema";
import type { PocketConstraint } from "../worlds/pocket/exclusions";
import { composeTask } from "../worlds/pocket/tasks";
import type { OpenRun } from "./open_run";
import { orProblem } from "./or_problem";
import { unlessStopped } from "./unless_stopped";
import type { TaskView, VerdictView } from "./protocol";
import { taskView } from "./views";
import { openWorld, type EvaluationSplit } from "./world";

/** Which instruction to search on. */
export type ExploreSubject =
  /** One of an evaluation split, from 0. */
  | { readonly kind: "split"; readonly split: EvaluationSplit; readonly index: number }
  /** One of an update's, as it trains on it. */
  | { readonly kind: "update"; readonly step: number; readonly id: string }
  | {
      readonly kind: "composed";
      readonly topic: { readonly animal: string; readonly place: string };
      readonly constraints: readonly PocketConstraint[];
    };

export interface SearchRequest {
  readonly strategy: Strategy;
  /** k: responses per instruction. */
  readonly attempts: number;
  /** Other draws with the same policy. */
  readonly draw: number;
}

/** An attempt as plain data. */
export interface AttemptView extends Omit<Attempt, "rollout" | "verdicts"> {
  readonly ids: readonly number[];
  readonly logprobs: readonly number[];
  readonly entropies: readonly number[];
  readonly finish: "stop" | "length";
  readonly verdicts: readonly VerdictView[];
}

/** One strategy's search on one instruction. */
export interface SearchView extends TaskView {
  readonly strategy: Strategy;
  readonly attempts: readonly AttemptView[];
}

/** What one strategy finds on many instructions. */
export interface StrategyRates {
  readonly strategy: Strategy;
  readonly tasks: number;
  /** For k = 1, 2, … attempts. */
  readonly rows: readonly AtBudget[];
}

export interface SearchProgress {
  /** Responses so far, and at most. */
  readonly done: number;
  readonly of: number;
}

type Answer<T> = T | { readonly problem: PlainError } | null;
type OnProgress = (progress: SearchProgress) => void;

/** What the page asks about exploration, of the present policy. Between two phases; nothing of the run changes. */
export interface ExploreCommands {
  /** Searches on one instruction; null where it was cancelled. */
  searchOne(
    subject: ExploreSubject,
    request: SearchRequest,
    onProgress: OnProgress,
  ): Promise<Answer<SearchView>>;
  /** Searches on the first instructions of a split; null where it was cancelled. */
  searchMany(
    tasks: { readonly split: EvaluationSplit; readonly count: number },
    request: SearchRequest,
    onProgress: OnProgress,
  ): Promise<Answer<StrategyRates>>;
  /** Ends the searches under way and those that wait. */
  cancelSearches(): void;
}

export interface ExploreEnvironment {
  run(): OpenRun | null;
  /** Runs `work` between two phases. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

/** Instructions that are searched on together: enough for full batches, few enough to tell how far it is. */
const together = 32;

export function exploreCommands({ run, exclusive }: ExploreEnvironment): ExploreCommands {
  let controller = new AbortController();

  /** The attempts of each of the run's tasks, a few of them at a time. */
  async function search(
    tasksOf: (run: OpenRun) => readonly Task[],
    request: SearchRequest,
    onProgress: OnProgress,
    signal: AbortSignal,
  ): Promise<{ tasks: readonly Task[]; searches: Attempt[][] }> {
    const open = run();
    if (!open) throw new HerlError("RUN_MISSING", "No run is open", "Open one first");
    const { explore } = await import("../herl/explore/explore");
    const tasks = tasksOf(open);
    const { temperature, maxNewTokens, seed } = open.config;
    const { strategy, attempts, draw } = request;
    const progress = { done: 0, of: tasks.length * attempts };
    const searches: Attempt[][] = [];
    for (let first = 0; first < tasks.length; first += together) {
      const some = tasks.slice(first, first + together);
      const found = await explore(explorerOf(open), some, deriveKey(seedKey(seed), "searches", draw), {
        ...{ strategy, attempts, temperature, maxNewTokens, signal },
        onAttempt: () => onProgress({ ...progress, done: ++progress.done }),
      });
      searches.push(...found);
      // Guided searches end early.
      progress.done = searches.length * attempts;
      onProgress({ ...progress });
    }
    return { tasks, searches };
  }

  /** What a search comes to; null where it was cancelled, also before it began. */
  function asked<T extends object>(work: (signal: AbortSignal) => Promise<T>): Promise<Answer<T>> {
    const { signal } = controller;
    return unlessStopped(exclusive, signal, () => orProblem(() => work(signal)));
  }

  return {
    searchOne: (subject, request, onProgress) =>
      asked(async (signal) => {
        const subjectOf = (open: OpenRun) => [taskOf(open, subject)];
        const { tasks, searches } = await search(subjectOf, request, onProgress, signal);
        const attempts = searches[0].map(attemptView);
        return { ...taskView(tasks[0]), strategy: request.strategy, attempts };
      }),
    searchMany: ({ split, count }, request, onProgress) =>
      asked(async (signal) => {
        const [{ summarizeSearches }, { searches }] = await Promise.all([
          import("../herl/explore/summary"),
          search((open) => splitTasks(open, split, count), request, onProgress, signal),
        ]);
        const rows = summarizeSearches(searches, request.attempts);
        return { strategy: request.strategy, tasks: searches.length, rows };
      }),
    cancelSearches() {
      controller.abort();
      controller = new AbortController();
    },
  };
}

const explorerOf = ({ learner, model }: OpenRun): Explorer => ({
  ...learner,
  endIds: model.tokenizer.endIds,
});

function splitTasks({ config, tasks }: OpenRun, split: EvaluationSplit, count: number): readonly Task[] {
  const found = openWorld(config, tasks).evaluationTasks(split, count);
  if (found.length > 0) return found;
  throw new HerlError("TASK_INVALID", `The run's tasks have no split ${split}`, "Choose the held-out ones");
}

/** Throws TASK_INVALID where there is no such instruction. */
function taskOf(open: OpenRun, subject: ExploreSubject): Task {
  switch (subject.kind) {
    case "composed":
      return composeTask(subject.topic, subject.constraints);
    case "split": {
      const found = splitTasks(open, subject.split, subject.index + 1)[subject.index];
      if (found) return found;
      const message = `The split ${subject.split} has no instruction ${subject.index + 1}`;
      throw new HerlError("TASK_INVALID", message, "Choose a smaller number");
    }
    case "update": {
      const found = open.session.tasksOf(subject.step).find(({ adapted }) => adapted.id === subject.id);
      if (found) return found.adapted;
      const message = "This instruction came from dynamic sampling, and is not kept";
      throw new HerlError(
        "TASK_INVALID",
        message,
        "Choose another instruction of the update, or a held-out one",
      );
    }
  }
}

const attemptView = ({ rollout, ...attempt }: Attempt): AttemptView => ({
  ...attempt,
  ...{ ids: rollout.ids, finish: rollout.finish },
  logprobs: [...rollout.logprobs],
  entropies: [...rollout.entropies],
});
