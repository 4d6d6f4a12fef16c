import { percent, significant } from "../../figures/format";
import type { Transfer } from "../../herl/transfer";
import type { StepView } from "../../runs/protocol";

/** Where the mass that is pushed off failed tokens goes, in words. Null when none was pushed off. */
export function explainDiffusion({
  flows,
  desiredShare,
}: Pick<StepView, "flows" | "desiredShare">): string | null {
  if (!flows || flows.all.diffusedOver === null) return null;
  const spread = `it spreads over about ${significant(flows.all.diffusedOver, 2)} tokens`;
  if (!desiredShare || desiredShare.share === null)
    return `Of the mass pushed off failed tokens nothing can be said to land well: no better response shares a prefix; ${spread}.`;
  const { share, coverage } = desiredShare;
  return `Of the mass pushed off failed tokens, ${percent(share)} lands where a better response of the group goes (positions covered: ${percent(coverage)}); ${spread}.`;
}

/** What the hindsight explains, and how far training with it moved the policy without it. */
export function explainTransfer(
  transfer: Pick<Transfer, "gap" | "changeWith" | "changeWithout"> | null,
): string | null {
  if (!transfer) return null;
  const { gap, changeWith, changeWithout } = transfer;
  return `Seeing what was missed makes a revision's token ${likelier(gap)}. This update made a whole revision ${likelier(changeWith)} with the hindsight in view, and ${likelier(changeWithout)} without it.`;
}

const likelier = (nats: number): string =>
  `${significant(Math.abs(nats), 2)} nats ${nats < 0 ? "less likely" : "likelier"}`;
