import { describe, expect, test } from "vitest";
import { resolveConfig } from "../../runs/presets";
import type { MetricsRow } from "../../runs/metrics";
import type { ResponseView, RunEvent, StepView } from "../../runs/protocol";
import { CurveStore, mostPoints } from "./curves";
import { noCounters } from "../../rubric/judge/judge_counters";
import { displayGroup, leftOut, meanReward, remarkableToken } from "./display";
import { isEvaluating, RunModel } from "./run_model";

const row = (step: number): MetricsRow => ({
  ...{ step, responses: step * 64, judge_calls: 0, num_tokens: 0, step_time: 0, digest: "" },
  ...{ reward: step / 10_000, "hindsight/gain": null },
});
const task = { task: { id: "t", prompt: "Write." }, items: [] };
const config = resolveConfig({ preset: "pocket-rare" });
const opened: RunEvent = {
  ...{ type: "opened", runId: "r", config, start: null, metrics: [], evaluations: [] },
  model: {
    name: "pocket",
    sha256: "",
    parameters: 1,
    trained: 1,
    layers: 1,
    dim: 1,
    contextLength: 1,
    vocabulary: [],
    endIds: [],
  },
  adapter: { backend: "cpu", label: "" },
  probe: { cpu: 1, webgpu: null, faster: "cpu" },
};
const response = (index: number, changes: Partial<ResponseView> = {}): ResponseView => ({
  ...{
    source: "rollout",
    index,
    draft: null,
    chosen: false,
    text: "",
    ids: [1, 2],
    logprobs: [-1, -3],
    entropies: [1, 1],
  },
  ...{ finish: "stop", verdicts: null, reward: 0.5, bonus: 0, advantage: null, gradient: null },
  ...changes,
});
const view = (
  step: number,
  phase: StepView["phase"],
  responses: readonly ResponseView[] = [response(0)],
): StepView => ({
  ...{ step, phase, flows: null, desiredShare: null, diffusion: null, transfer: null, bound: null },
  groups: [{ ...task, responses, mean: null, droppedPrompts: 0 }],
});

describe("curves", () => {
  test("never more than 2,000 points and the last, evenly spread, ends included", () => {
    const store = new CurveStore();
    for (let step = 1; step <= 9_999; step++) {
      store.add(row(step));
      expect(store.points().at(-1)!.step).toBe(step);
    }
    const points = store.points();
    expect(points.length).toBeLessThanOrEqual(mostPoints);
    expect(points.length).toBeGreaterThan(mostPoints / 4);
    const gaps = new Set(points.slice(1, -1).map(({ step }, i) => step - points[i].step));
    expect(gaps.size).toBe(1);
    expect(points[3].values["reward"]).toBe(points[3].step / 10_000);
    expect(points[3].values["hindsight/gain"]).toBeNull();
  });
});

describe("the event stream", () => {
  const modelOf = (...events: RunEvent[]) => {
    const model = new RunModel();
    for (const event of [opened, ...events]) model.receive(event);
    return model;
  };

  test("tokens stream into the group of their own step, and give way to the sampled responses", () => {
    const model = modelOf(
      { type: "tasks", step: 1, tasks: [task] },
      { type: "tokens", step: 1, tokens: [0, 0, 3, 7, 0, 0, 3, 8, 0, 0, 1, 9] },
    );
    const group = displayGroup(model.snapshot(), 0)!;
    expect(group.phase).toBeNull();
    expect(group.rows).toHaveLength(config.rollouts);
    expect([group.rows[3].ids, group.rows[1].ids, group.rows[0].ids]).toEqual([[7, 8], [9], []]);
    const before = model.snapshot();
    model.receive({ type: "tokens", step: 1, tokens: [0, 0, 3, 5] });
    expect(displayGroup(before, 0)!.rows[3].ids).toEqual([7, 8]);
    model.receive({ type: "step", view: view(1, "sample") });
    expect(displayGroup(model.snapshot(), 0)!.rows[0].ids).toEqual([1, 2]);
    expect(model.snapshot().live).toBeNull();
  });

  test("a revision streams in below the draft that it revises", () => {
    const drafts = [response(0), response(1, { chosen: true })];
    const model = modelOf(
      { type: "tasks", step: 1, tasks: [task] },
      { type: "step", view: view(1, "select", drafts) },
      { type: "tokens", step: 1, tokens: [1, 0, 1, 4] },
    );
    const { rows } = displayGroup(model.snapshot(), 0)!;
    expect(rows.map(({ name }) => name)).toEqual(["1", "2", "2′"]);
    expect(rows[2]).toMatchObject({ source: "revision", draft: 1, ids: [4], response: null });
  });

  test("a snapshot of before is not changed by what comes later", () => {
    const model = modelOf({ type: "metrics", row: row(1) });
    const before = model.snapshot();
    model.receive({ type: "metrics", row: row(2) });
    expect(before.points).toHaveLength(1);
    expect(model.snapshot().points).toHaveLength(2);
  });

  test("another run starts from nothing, but what the browser refuses stays said", () => {
    const notice = { message: "No", cure: "Yes" };
    const model = modelOf(
      { type: "metrics", row: row(1) },
      { type: "notice", code: "STORE_REFUSED", ...notice },
      { type: "notice", code: "DEVICE_LOST", ...notice },
    );
    model.clear();
    const { run, points, metrics, notices } = model.snapshot();
    expect([run, points, metrics]).toEqual([null, [], null]);
    expect(notices.map(({ code }) => code)).toEqual(["STORE_REFUSED"]);
  });

  test("a resumed run has its curves and evaluations on the axis", () => {
    const model = new RunModel();
    const evaluation = { step: 2, split: "heldout" as const, n: 1, reward: 0.5, all_met: 0, by_id: {} };
    model.receive({
      ...opened,
      metrics: [row(1), row(2)],
      evaluations: [{ ...evaluation, step: 0 }, evaluation],
    });
    const { points, evaluations, metrics } = model.snapshot();
    expect(points.map(({ responses }) => responses)).toEqual([64, 128]);
    expect(evaluations.map(({ responses }) => responses)).toEqual([0, 128]);
    expect(metrics!.step).toBe(2);
  });

  test("an evaluation under way is told by where the run stands", () => {
    const model = modelOf({ type: "status", status: "playing" }, { type: "step", view: view(1, "grade") });
    expect(isEvaluating(model.snapshot())).toBe(true);
    model.receive({
      type: "evaluation",
      rows: [{ step: 0, split: "heldout", n: 1, reward: 0, all_met: 0, by_id: {} }],
    });
    expect(isEvaluating(model.snapshot())).toBe(false);
    model.receive({ type: "step", view: view(9, "update") });
    expect(isEvaluating(model.snapshot())).toBe(false);
    model.receive({ type: "step", view: view(10, "update") });
    expect(isEvaluating(model.snapshot())).toBe(true);
    model.receive({ type: "status", status: "paused" });
    expect(isEvaluating(model.snapshot())).toBe(false);
  });
});

describe("a judge at work", () => {
  const status = (status: "stepping" | "paused"): RunEvent => ({ type: "status", status });
  const graded: RunEvent = {
    ...{ type: "verdicts", step: 1 },
    graded: [
      { source: "rollout", group: 0, index: 1, verdicts: [{ status: "unknown", reason: "no", by: "judge" }] },
    ],
  };
  const judging = (...events: RunEvent[]) => {
    const model = new RunModel();
    const responses = [response(0, { reward: null }), response(1, { reward: null })];
    const step: RunEvent = { type: "step", view: view(1, "sample", responses) };
    for (const event of [opened, { type: "judge", counters: noCounters } as const, status("stepping"), step])
      model.receive(event);
    for (const event of events) model.receive(event);
    return model;
  };
  const rowsOf = (model: RunModel) => displayGroup(model.snapshot(), 0)!.rows;

  test("verdicts fill in as they come; the others are pending while it runs", () => {
    const model = judging();
    expect(rowsOf(model).map(({ isPending }) => isPending)).toEqual([true, true]);
    model.receive(graded);
    expect(rowsOf(model).map(({ isPending, verdicts }) => [isPending, verdicts?.[0].status])).toEqual([
      [true, undefined],
      [false, "unknown"],
    ]);
    model.receive(status("paused"));
    expect(rowsOf(model).map(({ isPending }) => isPending)).toEqual([false, false]);
  });

  test("its error is what the run waits on, until it goes on and makes the step again", () => {
    const error = { code: "JUDGE_DOWN", message: "Down", cure: "Start it" } as const;
    const model = judging(graded, { type: "waiting", ...error }, status("paused"));
    expect(model.snapshot()).toMatchObject({ pause: error, notices: [] });
    model.receive(status("stepping"));
    expect(model.snapshot().pause).toBeNull();
    model.receive({ type: "tasks", step: 1, tasks: [task] });
    expect(model.snapshot()).toMatchObject({ step: null, graded: new Map() });
    model.receive(opened);
    expect(model.snapshot().judge).toBeNull();
  });

  test("responses that it left out are counted over the update", () => {
    const verdicts = [[{ status: "unknown" }], [{ status: "unmet" }], null] as const;
    const responses = verdicts.map((of, i) => response(i, { verdicts: of }));
    expect(leftOut(view(1, "grade", responses))).toEqual({ left: 1, of: 2 });
  });
});

describe("what a group shows", () => {
  test("its mean is of its rollouts, ungraded ones left out", () => {
    const responses = [
      response(0, { reward: 1 }),
      response(1, { reward: null }),
      response(0, { source: "revision", reward: 0 }),
    ];
    expect(meanReward({ ...view(1, "grade").groups[0], responses })).toBe(1);
    expect(meanReward({ ...view(1, "grade").groups[0], responses: [] })).toBeNull();
  });

  test("the token to look at: the least expected, then the one that receives most", () => {
    const group = view(1, "grade").groups[0];
    expect(remarkableToken(group, 4)).toEqual({ group: 4, source: "rollout", index: 0, token: 1 });
    const gradient = {
      ratios: [],
      clipped: [],
      weights: [],
      effectiveCounts: [],
      coefficients: [0.2, 0.2],
      unsampledMass: [0.9, 0.1],
    };
    const trained = { ...group, responses: [response(0), response(1, { gradient })] };
    expect(remarkableToken(trained, 0)).toEqual({ group: 0, source: "rollout", index: 1, token: 0 });
    expect(remarkableToken({ ...group, responses: [] }, 0)).toBeNull();
  });
});
