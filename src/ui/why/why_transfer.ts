import type { RevisionTransfer, Transfer } from "../../herl/transfer";
import { explanation, operand, precise, sumText, total, type Explanation } from "./explanation";
import { logitGradient, logitStatistics } from "./kernels";

const sumOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0);

const revisionTable = ({ revisions }: Transfer): Explanation["table"] => ({
  columns: ["instruction", "ln π(τ̃|q,H)", "ln π(τ̃|q)", "tokens", "change with H", "change without"],
  rows: revisions.map(({ group, withHindsight, without, changeWith, changeWithout }) => [
    group + 1,
    sumOf(withHindsight),
    sumOf(without),
    without.length,
    changeWith,
    changeWithout,
  ]),
});

/** The hindsight gap per token. */
export function gap({ transfer }: { readonly transfer: Transfer }): Explanation {
  const { revisions } = transfer;
  const [withHindsight, without] = [
    total(revisions.map((r) => sumOf(r.withHindsight))),
    total(revisions.map((r) => sumOf(r.without))),
  ];
  const tokens = total(revisions.map((r) => r.without.length));
  return explanation({
    title: "Hindsight gap",
    formula: "(Σ ln π(τ̃|q,H) − Σ ln π(τ̃|q)) / tokens, before the update",
    filled: [`(${precise(withHindsight)} − ${operand(without)}) / ${tokens} = ${precise(transfer.gap)}`],
    table: revisionTable(transfer),
    note: "In nats per token of the revisions that joined their groups; ours, not the paper's.",
    source: ["src/herl/transfer.ts", "transferBefore"],
    kernel: logitStatistics,
  });
}

const changeOf = (side: "changeWith" | "changeWithout", title: string, given: string) =>
  function change({ transfer }: { readonly transfer: Transfer }): Explanation {
    const changes = transfer.revisions.map((revision) => revision[side]);
    return explanation({
      title,
      formula: `mean over revisions of ln π′(τ̃|${given}) − ln π(τ̃|${given})`,
      filled: [`(${sumText(changes)}) / ${changes.length} = ${precise(transfer[side])}`],
      table: revisionTable(transfer),
      note: "π′ is the policy after this update. In nats; ours, not the paper's.",
      source: ["src/herl/transfer.ts", "transferAfter"],
      kernel: logitStatistics,
    });
  };

/** What the update did to the revisions with the hindsight in view, and without it. */
export const changeWith = changeOf("changeWith", "Change with the hindsight in view", "q,H");
export const changeWithout = changeOf("changeWithout", "Change without the hindsight", "q");

/** By which of its definitions transfer is asked about: what is summed above and below the line. */
const definitions = {
  ratio: {
    title: "Transfer",
    formula: "Σ change of ln π(τ̃|q) / Σ change of ln π(τ̃|q,H)",
    above: (r: RevisionTransfer) => r.changeWithout,
    below: (r: RevisionTransfer) => r.changeWith,
    note: "Over the revisions that joined, by the real step; ours, not the paper's.",
  },
  firstOrder: {
    title: "Transfer to first order",
    formula: "Σ ⟨s_q, Δθ⟩ / Σ ⟨s_qH, Δθ⟩, s = ∇θ ln π(τ̃|·) before the update",
    above: (r: RevisionTransfer) => r.gradients!.firstOrderWithout,
    below: (r: RevisionTransfer) => r.gradients!.firstOrderWith,
    note: "What the gradients say of the real step Δθ. It meets the measured ratio as the rate goes down.",
  },
  isolated: {
    title: "Isolated transfer",
    formula: "Σ ⟨s_q, s_qH⟩ / Σ ‖s_qH‖², s = ∇θ ln π(τ̃|·) before the update",
    above: (r: RevisionTransfer) => r.gradients!.product,
    below: (r: RevisionTransfer) => r.gradients!.square,
    note: "Of a step along the revisions' own gradients, without what the rollouts did.",
  },
} as const;

const transferOf = (definition: keyof typeof definitions) =>
  function ({ transfer }: { readonly transfer: Transfer }): Explanation {
    const { title, formula, above, below, note } = definitions[definition];
    const { revisions } = transfer;
    const [up, down] = [total(revisions.map(above)), total(revisions.map(below))];
    return explanation({
      ...{ title, formula, note },
      filled: [`${precise(up)} / ${operand(down)} = ${precise(transfer[definition]!)}`],
      table:
        definition === "ratio"
          ? revisionTable(transfer)
          : {
              columns: ["instruction", "above", "below"],
              rows: revisions.map((revision) => [revision.group + 1, above(revision), below(revision)]),
            },
      source: ["src/herl/transfer.ts", "transferAfter"],
      kernel: definition === "isolated" ? logitGradient : logitStatistics,
    });
  };

/** Transfer of one update: measured, to first order, and of the revisions alone. */
export const transferRatio = transferOf("ratio");
export const transferFirstOrder = transferOf("firstOrder");
export const transferIsolated = transferOf("isolated");

/** The hindsight gap of one token of a revision. */
export function tokenGap({
  withHindsight,
  without,
  name,
}: {
  readonly withHindsight: number;
  readonly without: number;
  readonly name: string;
}): Explanation {
  return explanation({
    title: `Hindsight gap of “${name}”`,
    formula: "ln π(τ̃_t|q,H) − ln π(τ̃_t|q), before the update",
    filled: [`${precise(withHindsight)} − ${operand(without)} = ${precise(withHindsight - without)}`],
    note: "In nats: above 0 where seeing what was missed makes the token likelier.",
    source: ["src/herl/transfer.ts", "transferBefore"],
    kernel: logitStatistics,
  });
}
