import { wasSampled } from "../herl/group";
import type { TokenListener, VerdictListener } from "../herl/step_options";
import { trainStep, type StepState } from "../herl/trainer";
import { deriveKey, seedKey } from "../kernels/random/random";
import { countUpdates, stayingUnmet, updateRates } from "../rubric/adaptive/failure_rates";
import { reweight } from "../rubric/adaptive/reweight";
import { changedRubric, partsOf, type RubricChange } from "../rubric/adaptive/rubric_change";
import type { PolicySnapshot } from "../policy/policy";
import type { Judge } from "../rubric/judge/judge";
import { noCounters, type JudgeCounters } from "../rubric/judge/judge_counters";
import type { Task } from "../rubric/schema";
import { afterEvaluation, afterUpdate, noCollapse, type CollapseEvent } from "./collapse";
import { methodOf, type RunConfig } from "./config";
import { firstSolved, withNewlySolved } from "./coverage";
import { emptyDigest, evaluationFields, extendDigest, stepFields } from "./digest";
import type { EvaluationRow } from "./evaluate";
import { evaluateRun, type EvaluationProgress } from "./evaluate_run";
import type { Journal, RunProgress } from "./journal";
import type { OpenLearner } from "./learner";
import { judgeMetrics, stepMetrics, type MetricsRow } from "./metrics";
import { failureRecords } from "./failure_records";
import type { Manifest } from "./manifest";
import { rolloutRecords } from "./records";
import { allowsSplits, splittable, type SplitContext, type SplitProposal } from "./splits";
import { checkEditable, type World } from "./world";

/** What a session tells while it runs, in order. */
export type SessionEvent =
  | { readonly type: "tasks"; readonly step: number; readonly tasks: readonly Task[] }
  | { readonly type: "phase"; readonly step: number; readonly state: StepState }
  /** Items that stay unmet could be split finer; comes before the record of the update after which it is so. */
  | { readonly type: "proposals"; readonly step: number; readonly proposals: readonly SplitProposal[] }
  /** Comes before the record of the update at which it was found. */
  | CollapseEvent
  | { readonly type: "step"; readonly metrics: MetricsRow }
  | EvaluationProgress
  | { readonly type: "evaluation"; readonly rows: readonly EvaluationRow[] };

export interface SessionParts {
  readonly config: RunConfig;
  readonly world: World;
  readonly learner: OpenLearner;
  readonly journal: Journal;
  /** What is counted of it; null without one. */
  readonly judge?: Judge | null;
  /** Finer splits that were accepted before. */
  readonly changes?: readonly RubricChange[];
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

/** A training task on its way from how it was written to how it is trained on. */
export interface AdaptedTask {
  readonly original: Task;
  /** Its rubric with accepted splits and the weights as they were written. */
  readonly split: Task["rubric"];
  readonly adapted: Task;
}

const newRun: RunProgress = {
  step: 0,
  evaluated: false,
  responses: 0,
  judgeCalls: 0,
  judge: null,
  tokens: 0,
  references: 0,
  digest: emptyDigest,
  failureRates: {},
  gradedUpdates: {},
  collapse: noCollapse,
};

/** Tasks that are looked through for an example of an item. */
const latestTasks = 512;

/** Where the tasks of dynamic sampling begin, far above those of any run, and the most rounds that an update may have. */
const [firstFresh, mostRounds] = [0x80000000, 16];

/**
 * Drives a run: update after update, with its evaluations, records and checkpoints. A run is a pure function of its
 * configuration on one backend; the session only decides when to go on.
 */
export class Session {
  readonly config: RunConfig;
  private readonly parts: SessionParts;
  private readonly method;
  private progress = newRun;
  /** The policy of the best evaluation; null where collapses only mark. */
  private best: PolicySnapshot | null = null;
  /** The judge's counters at the last record. */
  private judged: JudgeCounters = noCounters;
  private accepted: readonly RubricChange[];
  /** The update that was begun last: its tasks are drawn. */
  private begun = 0;

  constructor(parts: SessionParts) {
    this.parts = parts;
    this.config = parts.config;
    this.method = methodOf(parts.config);
    this.accepted = parts.changes ?? [];
    // What a world lacks is said now, not in the midst of the run.
    parts.world.plainTexts(parts.config.evaluation.plain);
    checkEditable(parts.world, parts.config);
  }

  /** Updates done. */
  get step(): number {
    return this.progress.step;
  }

  get digest(): string {
    return this.progress.digest;
  }

  /** Whether it collapsed too often to go on. */
  get stopped(): boolean {
    return this.progress.collapse.stopped;
  }

  /** Finer splits of items that hold, or will. */
  get changes(): readonly RubricChange[] {
    return this.accepted;
  }

  /** The first update whose tasks are not drawn yet. */
  get nextStep(): number {
    return Math.max(this.progress.step, this.begun) + 1;
  }

  /** Puts another manifest into the record, and obeys its changes of the rubric. Use `acceptSplit`. */
  async amend(manifest: Manifest, changes: readonly RubricChange[]): Promise<void> {
    await this.parts.journal.amend(manifest);
    this.accepted = changes;
  }

  /** Takes the run up where its journal left it. Returns false if there is no checkpoint: it starts from the beginning. */
  async resume(): Promise<boolean> {
    const checkpoint = await this.parts.journal.resume();
    if (!checkpoint) return false;
    this.parts.learner.policy.restore(checkpoint.policy);
    this.progress = { ...newRun, ...checkpoint.progress };
    const { collapse, step } = this.progress;
    this.best = collapse.best?.step === step ? checkpoint.policy : (checkpoint.best ?? null);
    const { judge } = this.parts;
    if (judge && this.progress.judge) judge.startFrom((this.judged = this.progress.judge));
    return true;
  }

  /**
   * Runs until `steps` updates are done, yielding after every phase: whoever iterates decides when to go on. The
   * first evaluation waits until the first group is graded, so that a page has something to show at once; it is of
   * the untouched policy all the same. Ends earlier where the run has stopped.
   */
  async *run(steps: number, options: RunOptions = {}): AsyncGenerator<SessionEvent> {
    while (this.progress.step < steps && !this.stopped) {
      if (this.progress.step > 0) yield* this.evaluateIfDue(options.signal);
      yield* this.update(options);
    }
    yield* this.evaluateIfDue(options.signal);
  }

  private async *update(options: RunOptions): AsyncGenerator<SessionEvent> {
    const { learner, clock = () => performance.now() } = this.parts;
    const { step } = this.progress;
    this.begun = step + 1;
    const tasks = this.tasksOf(step + 1).map(({ adapted }) => adapted);
    yield { type: "tasks", step: step + 1, tasks };
    const key = deriveKey(seedKey(this.config.seed), "step", step);
    let busy = 0;
    let resumed = clock();
    let last: StepState | null = null;
    const analyze = step + 1 === options.analyze || isDue(step, this.config.analyzeEvery);
    const stepOptions = {
      ...{ ...options, analyze, step: step + 1 },
      freshTask: (round: number, place: number) => this.freshTask(step + 1, round, place),
    };
    for await (const state of trainStep(learner, tasks, this.method, key, stepOptions)) {
      busy += clock() - resumed;
      last = state;
      yield { type: "phase", step: step + 1, state };
      if (step === 0 && state.phase === "grade") yield* this.evaluateIfDue(options.signal);
      resumed = clock();
    }
    const { metrics, collapse } = await this.record(last!, busy / 1000);
    const proposals = isDue(metrics.step, this.config.adaptive.propose) ? this.proposals() : [];
    if (proposals.length > 0) yield { type: "proposals", step: metrics.step, proposals };
    if (collapse) yield collapse;
    yield { type: "step", metrics };
  }

  /**
   * The tasks of update `step`, as they were written and as they are trained on: items split as was accepted (`split`),
   * weights as they are by now. Evaluations keep the rubric as it was written.
   */
  tasksOf(step: number): AdaptedTask[] {
    const { groups } = this.config;
    return Array.from({ length: groups }, (_, g) => this.adaptedTask((step - 1) * groups + g, step));
  }

  /** Training task `index` as update `step` trains on it. */
  private adaptedTask(index: number, step: number): AdaptedTask {
    const { world } = this.parts;
    const original = world.trainingTask(index);
    const split = changedRubric(original.rubric, this.accepted, step, world.registry);
    const rubric = reweight(split, this.progress.failureRates, this.config.adaptive.reweight);
    return { original, split, adapted: rubric === original.rubric ? original : { ...original, rubric } };
  }

  /** What dynamic sampling puts in a place of the batch, from a range of its own: the ordinary tasks stay the same. */
  private freshTask(step: number, round: number, place: number): Task {
    const batch = (step - 1) * mostRounds + round - 1;
    return this.adaptedTask(firstFresh + batch * this.config.groups + place, step).adapted;
  }

  /** What splits are chosen from: the training tasks of the latest updates. */
  splitContext(): SplitContext {
    const updates = Math.min(this.progress.step, Math.ceil(latestTasks / this.config.groups));
    const steps = Array.from({ length: updates }, (_, back) => this.progress.step - back);
    const tasks = steps.flatMap((step) => this.tasksOf(step).map(({ adapted }) => adapted));
    return { tasks, changes: this.accepted, registry: this.parts.world.registry };
  }

  /** Finer splits of the items that stay unmet, the worst first; none where the configuration does not ask for them. */
  proposals(): SplitProposal[] {
    const { propose: updates, proposeAbove: above } = this.config.adaptive;
    if (updates === 0 || !allowsSplits(this.config)) return [];
    const { failureRates: rates, gradedUpdates } = this.progress;
    const context = this.splitContext();
    return stayingUnmet(rates, gradedUpdates, { updates, above }).flatMap((key) => {
      const item = splittable(key, context);
      const parts = item && partsOf(item, { key }, context.registry);
      return item ? [{ key, rate: rates[key], item, texts: parts?.map(({ text }) => text) ?? null }] : [];
    });
  }

  private async record(
    state: StepState,
    seconds: number,
  ): Promise<{ metrics: MetricsRow; collapse: CollapseEvent | null }> {
    const { journal, learner } = this.parts;
    const step = this.progress.step + 1;
    const judged = this.parts.judge?.counters ?? noCounters;
    const measured = stepMetrics(state, this.config, this.progress, step);
    const collapse = afterUpdate(this.progress.collapse, measured, this.config);
    const numbers = {
      ...measured,
      ...collapse.metrics,
      ...(this.parts.judge && judgeMetrics(judged, this.judged)),
      judge_calls: this.progress.judgeCalls + judged.calls - this.judged.calls,
    };
    this.judged = judged;
    const digest = extendDigest(this.progress.digest, stepFields(state));
    const metrics = { ...numbers, step_time: seconds, digest };
    const { responses, judge_calls: judgeCalls, num_tokens: tokens, references } = numbers;
    this.progress = {
      ...{ step, evaluated: false, responses, judgeCalls, tokens, references, digest },
      judge: this.parts.judge ? judged : null,
      ...this.failuresAfter(state),
      collapse: collapse.progress,
      firstSolved: this.progress.firstSolved,
    };
    // Before the checkpoint: a run that is resumed has gone back too.
    if (collapse.event && collapse.event.outcome !== "marked") learner.policy.restore(this.best!);
    const checkpointDue = isDue(step, this.config.checkpointEvery);
    const snapshotDue = isDue(step, this.config.snapshotEvery);
    const policy = checkpointDue || snapshotDue ? await learner.policy.snapshot() : null;
    await journal.saveStep(
      { metrics, rollouts: rolloutRecords(state, step), failures: failureRecords(state, step) },
      checkpointDue
        ? { progress: this.progress, policy: policy!, ...(this.best && { best: this.best }) }
        : null,
    );
    if (snapshotDue) await journal.saveSnapshot(step, policy!.parameters);
    return { metrics, collapse: collapse.event };
  }

  private failuresAfter({
    groups,
    discarded,
  }: StepState): Pick<RunProgress, "failureRates" | "gradedUpdates"> {
    const graded = [...groups, ...discarded].flatMap(({ task, rollouts }) =>
      rollouts.filter(wasSampled).map(({ verdicts }) => ({ task, verdicts })),
    );
    const { failureRates, gradedUpdates } = this.progress;
    return {
      failureRates: updateRates(failureRates, graded, this.config.adaptive.decay),
      gradedUpdates: countUpdates(gradedUpdates, graded),
    };
  }

  private async *evaluateIfDue(signal?: AbortSignal): AsyncGenerator<SessionEvent> {
    const { every } = this.config.evaluation;
    if (this.progress.evaluated || !isDue(this.progress.step, every)) return;
    const { learner, world } = this.parts;
    const measured = yield* evaluateRun(learner, world, this.config, this.progress.step, signal);
    const first = this.progress.firstSolved ?? firstSolved(measured);
    const rows = withNewlySolved(measured, first);
    const digest = extendDigest(this.progress.digest, evaluationFields(rows));
    this.progress = { ...this.progress, evaluated: true, digest, firstSolved: first };
    if (this.config.collapse.action === "rollback") await this.noteBest(rows);
    await this.parts.journal.saveEvaluation(rows, this.progress);
    yield { type: "evaluation", rows };
  }

  /** Keeps the policy as it is, if no evaluation was better. */
  private async noteBest(rows: readonly EvaluationRow[]): Promise<void> {
    const { collapse, step } = this.progress;
    const noted = afterEvaluation(collapse, rows, step);
    if (noted === collapse) return;
    this.best = await this.parts.learner.policy.snapshot();
    this.progress = { ...this.progress, collapse: noted };
  }
}

const isDue = (step: number, every: number): boolean => every > 0 && step % every === 0;
