import { trainStep, type StepState, type TokenListener, type VerdictListener } from "../herl/trainer";
import { deriveKey, seedKey } from "../kernels/random/random";
import { updateRates, type FailureRates } from "../rubric/adaptive/failure_rates";
import { reweight } from "../rubric/adaptive/reweight";
import type { Judge } from "../rubric/judge/judge";
import { noCounters, type JudgeCounters } from "../rubric/judge/judge_counters";
import type { Task } from "../rubric/schema";
import { methodOf, type RunConfig } from "./config";
import { emptyDigest, evaluationFields, extendDigest, stepFields } from "./digest";
import { sampleAndGrade, summarize, type EvaluationRow } from "./evaluate";
import type { Journal, RunProgress } from "./journal";
import type { OpenLearner } from "./learner";
import { stepMetrics, type MetricsRow } from "./metrics";
import { failureRecords } from "./failure_records";
import { rolloutRecords } from "./records";
import type { EvaluationSplit, World } from "./world";

/** What a session tells while it runs, in order. */
export type SessionEvent =
  | { readonly type: "tasks"; readonly step: number; readonly tasks: readonly Task[] }
  | { readonly type: "phase"; readonly step: number; readonly state: StepState }
  | { readonly type: "step"; readonly metrics: MetricsRow }
  /** An evaluation is under way: `done` of `total` responses. */
  | { readonly type: "evaluating"; readonly done: number; readonly total: number }
  | { readonly type: "evaluation"; readonly rows: readonly EvaluationRow[] };

export interface SessionParts {
  readonly config: RunConfig;
  readonly world: World;
  readonly learner: OpenLearner;
  readonly journal: Journal;
  /** What is counted of it; null without one. */
  readonly judge?: Judge | null;
  /** Milliseconds, for step times only. */
  readonly clock?: () => number;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onToken?: TokenListener;
  readonly onVerdicts?: VerdictListener;
  /** Analyse this update too, whatever the configuration says. */
  readonly analyze?: number;
}

const newRun: RunProgress = {
  step: 0,
  evaluated: false,
  responses: 0,
  judgeCalls: 0,
  tokens: 0,
  digest: emptyDigest,
  failureRates: {},
};

/**
 * Drives a run: update after update, with its evaluations, records and checkpoints. A run is a pure function of its
 * configuration on one backend; the session only decides when to go on.
 */
export class Session {
  readonly config: RunConfig;
  private readonly parts: SessionParts;
  private readonly method;
  private progress = newRun;
  /** The judge's counters at the last record. */
  private judged: JudgeCounters = noCounters;

  constructor(parts: SessionParts) {
    this.parts = parts;
    this.config = parts.config;
    this.method = methodOf(parts.config);
  }

  /** Updates done. */
  get step(): number {
    return this.progress.step;
  }

  get digest(): string {
    return this.progress.digest;
  }

  /** Takes the run up where its journal left it. Returns false if there is no checkpoint: it starts from the beginning. */
  async resume(): Promise<boolean> {
    const checkpoint = await this.parts.journal.resume();
    if (!checkpoint) return false;
    this.parts.learner.policy.restore(checkpoint.policy);
    this.progress = { ...newRun, ...checkpoint.progress };
    return true;
  }

  /**
   * Runs until `steps` updates are done, yielding after every phase: whoever iterates decides when to go on. The
   * first evaluation waits until the first group is graded, so that a page has something to show at once; it is of
   * the untouched policy all the same.
   */
  async *run(steps: number, options: RunOptions = {}): AsyncGenerator<SessionEvent> {
    while (this.progress.step < steps) {
      if (this.progress.step > 0) yield* this.evaluateIfDue(options.signal);
      yield* this.update(options);
    }
    yield* this.evaluateIfDue(options.signal);
  }

  private async *update(options: RunOptions): AsyncGenerator<SessionEvent> {
    const { learner, world, clock = () => performance.now() } = this.parts;
    const { step } = this.progress;
    const { groups } = this.config;
    const tasks = Array.from({ length: groups }, (_, g) =>
      this.adapted(world.trainingTask(step * groups + g)),
    );
    yield { type: "tasks", step: step + 1, tasks };
    const key = deriveKey(seedKey(this.config.seed), "step", step);
    let busy = 0;
    let resumed = clock();
    let last: StepState | null = null;
    const analyze = step + 1 === options.analyze || isDue(step, this.config.analyzeEvery);
    for await (const state of trainStep(learner, tasks, this.method, key, { ...options, analyze })) {
      busy += clock() - resumed;
      last = state;
      yield { type: "phase", step: step + 1, state };
      if (step === 0 && state.phase === "grade") yield* this.evaluateIfDue(options.signal);
      resumed = clock();
    }
    yield { type: "step", metrics: await this.record(last!, busy / 1000) };
  }

  /** A training task with the weights that its items have by now; evaluations keep the rubric as it was written. */
  private adapted(task: Task): Task {
    const { reweight: strength } = this.config.adaptive;
    return strength === 0
      ? task
      : { ...task, rubric: reweight(task.rubric, this.progress.failureRates, strength) };
  }

  private async record(state: StepState, seconds: number): Promise<MetricsRow> {
    const { journal, learner } = this.parts;
    const step = this.progress.step + 1;
    const judged = this.parts.judge?.counters ?? noCounters;
    const numbers = {
      ...stepMetrics(state, this.config, this.progress, step),
      ...(this.parts.judge && judgeMetrics(judged, this.judged)),
      judge_calls: this.progress.judgeCalls + judged.calls - this.judged.calls,
    };
    this.judged = judged;
    const digest = extendDigest(this.progress.digest, stepFields(state));
    const metrics = { ...numbers, step_time: seconds, digest };
    const { responses, judge_calls: judgeCalls, num_tokens: tokens } = numbers;
    const failureRates = this.ratesAfter(state);
    this.progress = { step, evaluated: false, responses, judgeCalls, tokens, digest, failureRates };
    const checkpointDue = isDue(step, this.config.checkpointEvery);
    const snapshotDue = isDue(step, this.config.snapshotEvery);
    const policy = checkpointDue || snapshotDue ? await learner.policy.snapshot() : null;
    await journal.saveStep(
      { metrics, rollouts: rolloutRecords(state, step), failures: failureRecords(state, step) },
      checkpointDue ? { progress: this.progress, policy: policy! } : null,
    );
    if (snapshotDue) await journal.saveSnapshot(step, policy!.parameters);
    return metrics;
  }

  private ratesAfter({ groups }: StepState): FailureRates {
    const graded = groups.flatMap(({ task, rollouts }) =>
      rollouts.map(({ verdicts }) => ({ task, verdicts })),
    );
    return updateRates(this.progress.failureRates, graded, this.config.adaptive.decay);
  }

  private async *evaluateIfDue(signal?: AbortSignal): AsyncGenerator<SessionEvent> {
    const { every } = this.config.evaluation;
    if (this.progress.evaluated || !isDue(this.progress.step, every)) return;
    const rows = yield* this.evaluate(signal);
    const digest = extendDigest(this.progress.digest, evaluationFields(rows));
    this.progress = { ...this.progress, evaluated: true, digest };
    await this.parts.journal.saveEvaluation(rows, this.progress);
    yield { type: "evaluation", rows };
  }

  /** Evaluates the policy as it is, split by split, with the same random numbers at every step. */
  private async *evaluate(signal?: AbortSignal): AsyncGenerator<SessionEvent, EvaluationRow[]> {
    const { world, learner } = this.parts;
    const { evaluation, temperature, maxNewTokens, seed } = this.config;
    const { samples } = evaluation;
    const splits = evaluationSplits
      .map((split) => ({ split, tasks: world.evaluationTasks(split, evaluation[split]) }))
      .filter(({ tasks }) => tasks.length > 0);
    const total = splits.reduce((sum, { tasks }) => sum + samples * tasks.length, 0);
    const rows: EvaluationRow[] = [];
    let done = 0;
    for (const { split, tasks } of splits) {
      yield { type: "evaluating", done, total };
      const key = deriveKey(seedKey(seed), "evaluation", split);
      const responses = await sampleAndGrade(learner, tasks, key, {
        samples,
        temperature,
        maxNewTokens,
        signal,
      });
      rows.push(summarize(responses.flat(), this.progress.step, split));
      done += samples * tasks.length;
    }
    return rows;
  }
}

/** What the judge did for one step: the difference of its counters. */
const judgeMetrics = (now: JudgeCounters, before: JudgeCounters) => ({
  "judge/cached": now.cached - before.cached,
  "judge/retries": now.retries - before.retries,
  "judge/unknown": now.unknown - before.unknown,
  "judge/tokens": now.promptTokens + now.completionTokens - before.promptTokens - before.completionTokens,
  "judge/money": now.money - before.money,
});

const isDue = (step: number, every: number): boolean => every > 0 && step % every === 0;

const evaluationSplits = ["heldout", "close", "ood"] as const satisfies readonly EvaluationSplit[];
