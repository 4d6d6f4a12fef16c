import type { CurveData } from "../../figures/curve";
import type { FigureTable } from "../../figures/figure_text";
import type { Flow } from "../../figures/flow_bars";
import type { ProbabilityChange } from "../../figures/probability_change";

/** The numbers behind the pictures of the Train view, unrounded. */

const splits = {
  circle: "held-out",
  square: "new words",
  diamond: "other families",
  cross: "collapse",
} as const;

/** A curve: the run, earlier runs, and evaluations, one line a point. */
export const curveTable = ({ series, ghosts, marks }: CurveData): FigureTable => ({
  columns: ["series", "responses", "value"],
  rows: [
    ...series.map(({ points }) => ({ name: "this run", points })),
    ...ghosts,
    ...marks.map(({ shape, points }) => ({ name: splits[shape], points })),
  ].flatMap(({ name, points }) => points.map(({ x, y }) => [name, x, y])),
});

/** The four flows, by source. */
export const flowTable = (flows: readonly Flow[]): FigureTable => ({
  columns: ["flow", "rollouts", "revisions", "sum"],
  rows: flows.map(({ label, rollouts, revisions }) => [label, rollouts, revisions, rollouts + revisions]),
});

/** Probabilities before and after the update. */
export const changeTable = (changes: readonly ProbabilityChange[]): FigureTable => ({
  columns: ["token", "p before", "p after"],
  rows: changes.map(({ label, before, after }) => [label, before, after]),
});
