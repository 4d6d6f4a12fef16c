import { percent, significant } from "../../figures/format";
import type { Transfer } from "../../herl/transfer";
import type { StepView } from "../../runs/protocol";
import type { AskedNumber } from "./sentence";

/** The numbers of what `explainDiffusion` says, in its order. */
export function askedOfDiffusion(view: StepView | null): AskedNumber[] {
  if (!view?.desiredShare || !view.flows) return [];
  const { share, coverage } = view.desiredShare;
  const { diffusedOver } = view.flows.all;
  return [
    [share === null ? "" : percent(share), () => ({ about: "desiredShare", values: { view } })],
    [share === null ? "" : percent(coverage), () => ({ about: "coverage", values: { view } })],
    [
      diffusedOver === null ? "" : significant(diffusedOver, 2),
      () => ({ about: "effectiveCount", values: { view } }),
    ],
  ];
}

/** The numbers of what `explainTransfer` says, in its order. */
export function askedOfTransfer(transfer: Transfer | null): AskedNumber[] {
  if (!transfer) return [];
  return (["gap", "changeWith", "changeWithout"] as const).map((about) => [
    significant(Math.abs(transfer[about]), 2),
    () => ({ about, values: { transfer } }),
  ]);
}
