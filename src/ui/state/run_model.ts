import type { JudgeCounters } from "../../rubric/judge/judge_counters";
import type { RunEvent, SessionStatus, StepView, TaskView, VerdictView } from "../../runs/protocol";
import type { MetricsRow } from "../../runs/metrics";
import { CurveStore, type CurvePoint, type EvaluationPoint } from "./curves";

export type OpenedRun = Omit<Extract<RunEvent, { type: "opened" }>, "type" | "metrics" | "evaluations">;
export type Notice = Omit<Extract<RunEvent, { type: "notice" }>, "type">;
export type Failure = Omit<Extract<RunEvent, { type: "failed" }>, "type">;

/** Tokens of a phase that is still sampling. */
export interface LiveTokens {
  readonly step: number;
  readonly tasks: readonly TaskView[];
  /** Ids by source, group and sample (for a revision, its draft): see `liveKey`. */
  readonly ids: ReadonlyMap<string, readonly number[]>;
}

export const liveKey = (source: "rollout" | "revision", group: number, sample: number): string =>
  `${source}:${group}:${sample}`;

/** Verdicts of the phase that is grading, by source, group and index: see `liveKey`. */
export type LiveVerdicts = ReadonlyMap<string, readonly VerdictView[]>;

/** Everything the page shows of a run; a new object for every frame in which something has changed. */
export interface RunSnapshot {
  readonly status: SessionStatus;
  readonly run: OpenedRun | null;
  readonly step: StepView | null;
  /** The last step view with a gradient: what the update's figures show until there is a newer one. */
  readonly update: StepView | null;
  /** The last step view after its update: what the gradient lab can ask about. */
  readonly finished: StepView | null;
  readonly live: LiveTokens | null;
  readonly graded: LiveVerdicts;
  /** What the judge has cost and how it did; null for a run without one. */
  readonly judge: JudgeCounters | null;
  /** The judge's error that the run waits on. */
  readonly pause: Notice | null;
  readonly metrics: MetricsRow | null;
  readonly points: readonly CurvePoint[];
  readonly evaluations: readonly EvaluationPoint[];
  readonly notices: readonly Notice[];
  readonly failure: Failure | null;
}

export const emptySnapshot: RunSnapshot = {
  status: "opening",
  run: null,
  step: null,
  update: null,
  finished: null,
  live: null,
  graded: new Map(),
  judge: null,
  pause: null,
  metrics: null,
  points: [],
  evaluations: [],
  notices: [],
  failure: null,
};

/**
 * The page's side of the event stream: takes events as they come, at any rate and in hidden tabs too, and keeps of
 * them what can still be shown. `snapshot` is for once a frame.
 */
export class RunModel {
  private state: RunSnapshot = emptySnapshot;
  private curves = new CurveStore();
  private ids = new Map<string, readonly number[]>();
  private tasks: readonly TaskView[] = [];
  private tasksStep = 0;
  private curvesChanged = false;

  receive(event: RunEvent): void {
    switch (event.type) {
      case "opened":
        return this.open(event);
      case "status":
        return this.set({
          status: event.status,
          ...((event.status === "playing" || event.status === "stepping") && { pause: null }),
        });
      case "tasks": {
        this.ids = new Map();
        [this.tasks, this.tasksStep] = [event.tasks, event.step];
        // A step that is made again, after a judge or a device was lost, starts from nothing.
        const step = this.state.step?.step === event.step ? null : this.state.step;
        return this.set({ live: this.live(), graded: new Map(), step });
      }
      case "tokens":
        return this.addTokens(event.tokens);
      case "verdicts": {
        const graded = new Map(this.state.graded);
        for (const { source, group, index, verdicts } of event.graded)
          graded.set(liveKey(source, group, index), verdicts);
        return this.set({ graded });
      }
      case "judge":
        return this.set({ judge: event.counters });
      case "waiting":
        return this.set({ pause: withoutType(event) });
      case "step":
        this.ids = new Map();
        return this.set({
          ...{ step: event.view, live: null, graded: new Map() },
          ...(event.view.flows && { update: event.view }),
          ...(event.view.phase === "update" && { finished: event.view }),
        });
      case "metrics":
        this.curves.add(event.row);
        this.curvesChanged = true;
        return this.set({ metrics: event.row });
      case "evaluation": {
        const responses = this.state.metrics?.responses ?? 0;
        const rows = event.rows.map((row) => ({ ...row, responses }));
        return this.set({ evaluations: [...this.state.evaluations, ...rows] });
      }
      case "notice":
        return this.set({
          notices: [...this.state.notices.filter(({ code }) => code !== event.code), withoutType(event)],
        });
      case "failed":
        return this.set({ failure: withoutType(event) });
    }
  }

  /** Forgets the run on screen, before another one is opened; notices about the browser stay. */
  clear(): void {
    this.curves = new CurveStore();
    this.curvesChanged = false;
    this.ids = new Map();
    this.state = {
      ...emptySnapshot,
      notices: this.state.notices.filter(({ code }) => code === "STORE_REFUSED"),
    };
  }

  /** A notice of the page's own. */
  notify(notice: Notice): void {
    this.set({ notices: [...this.state.notices.filter(({ code }) => code !== notice.code), notice] });
  }

  dismiss(code: Notice["code"]): void {
    this.set({ notices: this.state.notices.filter((notice) => notice.code !== code) });
  }

  snapshot(): RunSnapshot {
    if (this.curvesChanged) this.set({ points: this.curves.points() });
    this.curvesChanged = false;
    return this.state;
  }

  private set(changes: Partial<RunSnapshot>): void {
    this.state = { ...this.state, ...changes };
  }

  private open({ type: _type, metrics, evaluations, ...run }: Extract<RunEvent, { type: "opened" }>): void {
    this.curves = new CurveStore();
    for (const row of metrics) this.curves.add(row);
    this.curvesChanged = true;
    const responsesAt = new Map(metrics.map(({ step, responses }) => [step, responses]));
    this.set({
      run,
      metrics: metrics.at(-1) ?? null,
      evaluations: evaluations.map((row) => ({ ...row, responses: responsesAt.get(row.step) ?? 0 })),
      ...{ step: null, update: null, finished: null, live: null, failure: null },
      ...{ judge: null, pause: null, graded: new Map() },
    });
  }

  private addTokens(quadruples: readonly number[]): void {
    for (let i = 0; i + 3 < quadruples.length; i += 4) {
      const [source, group, sample, id] = quadruples.slice(i, i + 4);
      const key = liveKey(source === 0 ? "rollout" : "revision", group, sample);
      this.ids.set(key, [...(this.ids.get(key) ?? []), id]);
    }
    this.set({ live: this.live() });
  }

  /** A copy per batch of tokens (20 a second), so that whoever holds a snapshot holds it for good. */
  private live(): LiveTokens {
    return { step: this.tasksStep, tasks: this.tasks, ids: new Map(this.ids) };
  }
}

function withoutType<E extends { readonly type: string }>({ type: _type, ...rest }: E): Omit<E, "type"> {
  return rest;
}

/**
 * Whether held-out instructions are being evaluated right now: the engine does so before the second phase of the
 * first step and after every so many updates, without an event at its beginning.
 */
export function isEvaluating({ run, status, step, evaluations, live }: RunSnapshot): boolean {
  if (!run || !step || (status !== "playing" && status !== "stepping" && status !== "pausing")) return false;
  const { every } = run.config.evaluation;
  if (every === 0 || live) return false;
  const done = step.step === 1 && step.phase === "grade" ? 0 : step.phase === "update" ? step.step : null;
  return done !== null && done % every === 0 && !evaluations.some((row) => row.step === done);
}
