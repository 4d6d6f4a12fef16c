import type { BoundPoint, BoundRow } from "../../figures/bound_chain";
import type { StepView } from "../../runs/protocol";
import type { CurvePoint } from "../state/curves";

/** The chain of each instruction of an analysed step. */
export const liveChains = ({ bound, groups }: StepView): BoundRow[] =>
  (bound ?? []).flatMap((chain, i) =>
    chain ? [{ label: groups[i]?.task.prompt.split("\n")[0] ?? `instruction ${i + 1}`, ...chain }] : [],
  );

/** The chain over the run: the updates that were analysed. */
export const boundPoints = (points: readonly CurvePoint[]): BoundPoint[] =>
  points.flatMap(({ step, values }) => {
    const of = (name: string) => values[name] ?? null;
    const [error, deviationBound, unmetBound, unmet] = [
      ...[of("bound/error"), of("bound/deviation"), of("bound/unmet"), of("bound/unmet_weight")],
    ];
    if (error === null || deviationBound === null || unmetBound === null || unmet === null) return [];
    return [{ step, error, deviationBound, unmetBound, unmet }];
  });
