import { significant } from "../../figures/format";
import type { FigureText } from "../../figures/figure_text";
import type { TransferRow } from "../../figures/transfer_sides";
import type { StepView } from "../../runs/protocol";
import type { CurvePoint } from "../state/curves";
import { tokenLabel } from "../text/token_pieces";
import type { LineChart } from "./line_chart";

/** One row a revision that joined. */
export const transferRows = ({ transfer, groups }: StepView): TransferRow[] =>
  (transfer?.revisions ?? []).map(({ group, changeWith, changeWithout, gradients }) => ({
    label: groups[group]?.task.prompt.split("\n")[0] ?? `instruction ${group + 1}`,
    ...{ changeWith, changeWithout },
    firstOrderWith: gradients?.firstOrderWith ?? null,
    firstOrderWithout: gradients?.firstOrderWithout ?? null,
  }));

/** The hindsight gap of each token of the first revision that joined; null without one on screen. */
export function gapTokens(
  { transfer, groups }: StepView,
  vocabulary: readonly string[],
): { readonly tokens: string[]; readonly gaps: number[] } | null {
  const revision = transfer?.revisions[0];
  const response = groups[revision?.group ?? -1]?.responses.find(
    ({ source, chosen }) => source === "revision" && chosen,
  );
  if (!revision || !response || response.ids.length !== revision.without.length) return null;
  return {
    tokens: response.ids.map((id) => tokenLabel(vocabulary[id] ?? "", 12)),
    gaps: Array.from(revision.withHindsight, (logprob, t) => logprob - revision.without[t]),
  };
}

/** Both changes over the run, and transfer by each of its definitions. */
export function transferCharts(points: readonly CurvePoint[]): { chart: LineChart; words: FigureText }[] {
  const of = (name: string) =>
    points.flatMap(({ step, values }) => {
      const y = values[name] ?? null;
      return y === null ? [] : [{ x: step, y }];
    });
  const shared = {
    xName: "update",
    isCount: true,
    formatX: String,
    formatY: (y: number) => significant(y, 2),
  };
  const last = (name: string) => {
    const y = of(name).at(-1)?.y;
    return y === undefined ? "none" : significant(y);
  };
  return [
    {
      chart: {
        ...shared,
        lines: [
          { name: "with hindsight", points: of("hindsight/change_with"), colour: "hindsight" },
          { name: "without", points: of("hindsight/change_without") },
        ],
        yName: "change of ln π(τ̃) by an update, nats",
        atLeast: [0, 0.1],
      },
      words: {
        title: "Both changes over the run",
        summary: `In the last update ${last("hindsight/change_with")} nats with the hindsight in view, ${last("hindsight/change_without")} without it.`,
        legend: "purple: ln π(τ̃|q, H); solid: ln π(τ̃|q)",
        caption: "Means over the revisions of an update, measured with the real step.",
      },
    },
    {
      chart: {
        ...shared,
        lines: [
          { name: "isolated", points: of("hindsight/transfer_isolated"), colour: "hindsight" },
          { name: "first order", points: of("hindsight/transfer_first_order"), colour: "quiet", dash: "4 3" },
          { name: "measured", points: of("hindsight/transfer").map(bounded) },
        ],
        yName: "transfer",
        atLeast: [0, 1],
      },
      words: {
        title: "Transfer over the run",
        summary: `Last: measured ${last("hindsight/transfer")}, first order ${last("hindsight/transfer_first_order")}, isolated ${last("hindsight/transfer_isolated")}.`,
        legend: "solid: measured, cut off at ±5; grey dashed: to first order; purple: isolated",
        caption: "A ratio whose denominator is near 0 says little: the changes above are the better reading.",
      },
    },
  ];
}

/** Ratios of small numbers would leave nothing to see of the others. */
const most = 5;
const bounded = ({ x, y }: { x: number; y: number }) => ({ x, y: Math.max(-most, Math.min(most, y)) });
