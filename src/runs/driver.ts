import { breathe } from "../compute/breathe";
import { HerlError, plainError } from "../errors";
import { advantageAt } from "../herl/group";
import { phases, trainStep, type Phase, type StepState } from "../herl/trainer";
import { deriveKey, seedKey } from "../kernels/random/random";
import type { PolicySnapshot } from "../policy/policy";
import { isJudgeError } from "../rubric/judge/judge";
import { composeTask } from "../worlds/pocket/tasks";
import { collapseNotice } from "./collapse";
import { methodOf } from "./config";
import type { ExportFormat } from "./export/export_run";
import { exportStored } from "./export_stored";
import { judgeCommands, type JudgeCommands } from "./judge_commands";
import { labCommands, type LabCommands } from "./lab_commands";
import { LabDesk } from "./lab_desk";
import { LiveFeed } from "./live_feed";
import { PageJudge } from "./page_judge";
import { RunOpener, type OpenRun, type RunEnvironment } from "./open_run";
import { positionOf, withPolicy } from "./position";
import type {
  GroupView,
  OpenRequest,
  RevisitRequest,
  RunSummary,
  SessionStatus,
  StepView,
  TokenInspection,
  TokenReference,
  TrainerCommands,
} from "./protocol";
import type { SessionEvent } from "./session";
import { taskCommands, type TaskCommands } from "./task_commands";
import { groupView, stepView, taskView } from "./views";

/** When the driver stops by itself; a phase: once that one is done. */
type Goal = "none" | Phase | "phase" | "step" | "forever";

/** Drives sessions for the page: plays, steps and pauses, and answers questions between phases. */
export class Driver implements TrainerCommands {
  /** What the page asks about task files, beside the run. */
  readonly tasks: TaskCommands;
  /** What it says to judges and asks of them. */
  readonly judging: JudgeCommands;
  /** What the gradient lab asks. */
  readonly answering: LabCommands;
  run: OpenRun | null = null;
  readonly judge = new PageJudge();
  private readonly environment: RunEnvironment;
  /** Opens further runs, with the models that are there already. */
  readonly opener: RunOpener;
  private readonly abort = { current: new AbortController() };
  private goal: Goal = "none";
  private pumping = false;
  private delay = 0;
  private events: AsyncGenerator<SessionEvent> | null = null;
  /** Updates done when the GPU was last lost: losing it twice in one update is not tried a third time. */
  private lostAt: number | null = null;
  /** The present step as last seen, and the policy before its update once that is done. */
  private seen: { state: StepState; step: number; before: PolicySnapshot | null } | null = null;
  private readonly lab: LabDesk;
  /** The goal that the judge's last error ended. */
  private interrupted: Goal = "none";
  private readonly feed = new LiveFeed();
  private queue: Promise<unknown> = Promise.resolve();
  private unwatch = () => {};

  constructor(environment: RunEnvironment) {
    this.environment = environment;
    this.opener = new RunOpener(environment, this.judge);
    this.lab = new LabDesk(this.opener, environment);
    this.answering = labCommands({
      lab: () => this.lab.asked(),
      exclusive: (work) => this.exclusive(work),
    });
    this.judging = judgeCommands(this.judge, () => this.run?.judge ?? null);
    this.tasks = taskCommands({
      ...{ store: environment.store, judge: this.judge },
      model: (name) => this.opener.model(name),
      inUse: () => this.run?.config.world.tasks,
    });
  }

  async open(request: OpenRequest): Promise<void> {
    this.goal = "none";
    this.abort.current.abort(new HerlError("RUN_LOCKED", "Another run was opened", "Nothing to do"));
    await this.exclusive(async () => {
      this.abort.current = new AbortController();
      this.status("opening");
      await this.close();
      this.judge.budget = null;
      this.interrupted = "none";
      await this.guard(async () => {
        this.run = await this.opener.open(request);
        this.begin(this.run);
        this.status("paused");
      });
    });
    if (this.run) this.start(this.run.session.step === 0 ? "grade" : "none");
  }

  play(): void {
    this.start("forever");
  }

  pause(): void {
    if (this.goal === "none") return;
    this.goal = "none";
    this.status("pausing");
  }

  stepUpdate(): void {
    this.start("step");
  }

  stepPhase(): void {
    this.start("phase");
  }

  setDelay(milliseconds: number): void {
    this.delay = Math.max(0, milliseconds);
  }

  goOn(): void {
    this.start(this.interrupted === "none" ? "step" : this.interrupted);
  }

  inspect(reference: TokenReference): Promise<TokenInspection | null> {
    return this.exclusive(() => this.inspectNow(reference));
  }

  probe(...[topic, constraints]: Parameters<TrainerCommands["probe"]>): Promise<GroupView> {
    return this.exclusive(async () => {
      const { learner, config } = this.opened();
      const task = composeTask(topic, constraints as never);
      const key = deriveKey(seedKey(config.seed), "probe", task.id, this.run!.session.step);
      const options = { step: this.run!.session.step + 1 };
      for await (const { phase, groups } of trainStep(learner, [task], methodOf(config), key, options))
        if (phase === "advantage") return groupView(groups[0]);
      throw new Error("a step always reaches its advantages");
    });
  }

  async revisit(request: RevisitRequest | null): Promise<StepView | null> {
    if (!request) {
      this.lab.leave();
      return null;
    }
    const revisit = await this.lab.goTo(request);
    return revisit && this.exclusive(() => revisit.run());
  }

  cancelRevisit(): void {
    this.lab.leave();
  }

  async listRuns(): Promise<readonly RunSummary[]> {
    return (await this.environment.store)?.list() ?? [];
  }

  async deleteRun(id: string): Promise<void> {
    if (id === this.run?.id) throw new HerlError("RUN_LOCKED", "This run is open", "Open another one first");
    await (
      await this.environment.store
    )?.delete(id, {
      ...{ tasks: this.run?.config.world.tasks, start: this.run?.manifest.start?.sha256 },
    });
  }

  async exportRun(id: string, format?: ExportFormat): Promise<Uint8Array<ArrayBuffer>> {
    return exportStored(await this.environment.store, this.opener, id, format);
  }

  /** Starts taking events from a run's session. */
  private begin(run: OpenRun): void {
    const { judge } = run;
    const { emit } = this.environment;
    this.seen = null;
    this.lab.clear();
    this.unwatch();
    this.unwatch = judge?.onChange((counters) => emit({ type: "judge", counters })) ?? (() => {});
    if (judge) emit({ type: "judge", counters: judge.counters });
    if (this.judge.budget) judge?.setBudget?.(this.judge.budget);
    this.take(run);
  }

  private take({ session, judge }: OpenRun): void {
    this.feed.clear();
    this.events = session.run(Infinity, {
      ...{ signal: this.abort.current.signal, onToken: this.feed.onToken },
      // Code grades a group at once: its verdicts come with the phase.
      ...(judge && { onVerdicts: this.feed.onVerdicts }),
    });
  }

  private async close(): Promise<void> {
    const { run, events } = this;
    this.run = null;
    this.lostAt = null;
    if (!run) return;
    await events!.return(undefined).catch(() => {});
    run.backend.destroy();
    run.release();
  }

  private start(goal: Goal): void {
    if (!this.run || goal === "none") return;
    this.goal = goal;
    this.status(goal === "forever" ? "playing" : "stepping");
    if (!this.pumping) void this.pump();
  }

  /** Takes events from the session until the goal is reached. */
  private async pump(): Promise<void> {
    this.pumping = true;
    while (this.run && this.goal !== "none") {
      const { run } = this;
      const event = await this.exclusive(() => this.guard(() => this.next(run)));
      if (this.run !== run) continue;
      if (!event) this.goal = "none";
      else if (this.isReached(event)) this.goal = "none";
      else if (event.type === "phase" && this.goal === "forever" && this.delay > 0)
        await new Promise((resolve) => setTimeout(resolve, this.delay));
    }
    this.pumping = false;
    if (this.run) this.status("paused");
  }

  private isReached(event: SessionEvent): boolean {
    switch (this.goal) {
      case "phase":
        // The last phase ends with the update's record.
        return event.type === "step" || (event.type === "phase" && event.state.phase !== "update");
      case "step":
        return event.type === "step";
      default:
        return event.type === "phase" && event.state.phase === this.goal;
    }
  }

  /** One event, handled. Null when the session has ended. */
  private async next(run: OpenRun): Promise<SessionEvent | null> {
    const flushing = setInterval(() => this.flush(run), 50);
    try {
      const { value: event, done } = await this.events!.next();
      if (done) return null;
      await this.handle(run, event);
      await breathe();
      return event;
    } catch (error) {
      if (isJudgeError(error)) return this.waitForJudge(run, error);
      if (!(error instanceof HerlError) || error.code !== "DEVICE_LOST") throw error;
      return await this.recover(run, error);
    } finally {
      clearInterval(flushing);
    }
  }

  private async handle(run: OpenRun, event: SessionEvent): Promise<void> {
    const { emit } = this.environment;
    this.flush(run);
    if (event.type === "phase") {
      const { state, step } = event;
      const before =
        state.phase === "gradient" ? await run.learner.policy.snapshot() : (this.seen?.before ?? null);
      this.seen = {
        state,
        step,
        before: state.phase === "gradient" || state.phase === "update" ? before : null,
      };
      if (state.phase === "update") {
        const { policy } = run.learner;
        const finished = { step, state, before: before!, after: await policy.snapshot() };
        this.lab.take({ policy, config: run.config, finished });
      }
      emit({ type: "step", view: stepView(state, step) });
    } else if (event.type === "tasks") {
      emit({ type: "tasks", step: event.step, tasks: event.tasks.map(taskView) });
    } else if (event.type === "step") emit({ type: "metrics", row: event.metrics });
    else if (event.type === "evaluating") this.status("evaluating");
    else if (event.type === "collapse") {
      emit({ type: "notice", ...plainError(collapseNotice(event)) });
      // After going back, the present policy is no longer the one after the update on screen.
      if (event.outcome !== "marked") this.seen = null;
    } else {
      emit(event);
      this.status(this.goal === "forever" ? "playing" : "stepping");
    }
  }

  private flush({ session }: OpenRun): void {
    this.feed.flush(session.step + 1, this.environment.emit);
  }

  /**
   * The judge is out of reach: the run pauses before its update, which has changed nothing yet. Whoever plays on takes
   * the update up again, with the verdicts that were given until now.
   */
  private waitForJudge(run: OpenRun, error: HerlError): null {
    this.flush(run);
    this.environment.emit({ type: "waiting", ...plainError(error) });
    // A phase more was wanted; by then the phases before it have been made again.
    const next = phases[phases.indexOf(this.seen?.state.phase ?? "update") + 1] ?? "sample";
    this.interrupted = this.goal === "phase" ? next : this.goal;
    this.take(run);
    return null;
  }

  /** The GPU is gone: takes a new device and goes on from the last checkpoint, once per update. */
  private async recover(run: OpenRun, lost: HerlError): Promise<SessionEvent | null> {
    if (this.lostAt === run.session.step) throw lost;
    this.lostAt = run.session.step;
    this.environment.emit({
      type: "notice",
      ...plainError(lost),
      cure: "The run goes on from its last checkpoint on a new device",
    });
    await this.opener.reopen(run);
    this.begin(run);
    return this.next(run);
  }

  private async inspectNow(reference: TokenReference): Promise<TokenInspection | null> {
    const { learner, config } = this.opened();
    const { policy } = learner;
    if (!this.seen) return null;
    const { state, step, before } = this.seen;
    const position = positionOf(state, reference, config);
    if (!position) return null;
    const { prefix, sampled, coefficient, temperature } = position;
    const { group, source, index, token } = reference;
    const row = state.groups[group].rows.find((r) => r.source === source && r.index === index);
    const look = () => policy.nextToken(prefix, { temperature });
    const done = state.phase === "update";
    const now = await look();
    return {
      ...{ reference, step, sampled, coefficient },
      before: done && before ? await withPolicy(policy, before, look) : now,
      after: done ? now : null,
      advantage: row ? advantageAt(row, token) : null,
    };
  }

  private opened(): OpenRun {
    if (!this.run) throw new HerlError("RUN_MISSING", "No run is open", "Open one first");
    return this.run;
  }

  /** Runs one thing at a time: questions wait for the phase under way, and phases for questions. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => {});
    return result;
  }

  /** Turns an error into a `failed` event; an abort by opening another run is none. */
  private async guard<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (this.abort.current.signal.aborted) return null;
      const plain =
        error instanceof HerlError
          ? plainError(error)
          : {
              code: "INTERNAL" as const,
              message: String(error),
              cure: "Reload the page, and report this as a bug",
            };
      this.goal = "none";
      this.environment.emit({ type: "failed", ...plain });
      this.status("failed");
      return null;
    }
  }

  private status(status: SessionStatus): void {
    this.environment.emit({ type: "status", status });
  }
}
