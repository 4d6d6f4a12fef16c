import { logitGradient, logitStatistics, sampling } from "../why/kernels";
import type { ComputedBy } from "../why/sources";

const host = (path: string, ...names: string[]): ComputedBy => ({
  source: names.map((name) => [path, name] as const),
  kernel: [],
});

/** What computes each formula of the article. */
export const formulaSources = {
  success: host("src/ui/theory/sparse.ts", "aSuccess", "aSpread"),
  revision: {
    source: [
      ["src/herl/hindsight.ts", "selectDrafts"],
      ["src/herl/trainer.ts", "sampleRevisions"],
    ],
    kernel: sampling,
  },
  toyHindsight: host("src/worlds/toy/enumerate.ts", "withHindsight"),
  bonus: host("src/herl/advantage.ts", "bonuses"),
  advantage: host("src/herl/advantage.ts", "groupAdvantages"),
  logits: { source: [["src/analysis/logits.ts", "logitGradient"]], kernel: logitGradient },
  massFlow: host("src/analysis/logits.ts", "probabilityFlow", "massByRank"),
  shaping: host("src/herl/objective.ts", "shaped"),
  shapedGradient: {
    source: [
      ["src/herl/objective.ts", "shapedSlope"],
      ["src/herl/objective.ts", "tokenTerm"],
    ],
    kernel: logitGradient,
  },
  gradientDistance: host("src/worlds/toy/exact.ts", "exactChain"),
  bound: {
    source: [
      ["src/analysis/bound.ts", "boundChain"],
      ["src/herl/measure_bound.ts", "measureBound"],
    ],
    kernel: logitGradient,
  },
  transfer: {
    source: [
      ["src/herl/transfer.ts", "transferBefore"],
      ["src/herl/transfer.ts", "transferAfter"],
    ],
    kernel: logitStatistics,
  },
  isolatedTransfer: { source: [["src/herl/transfer.ts", "transferAfter"]], kernel: logitGradient },
} satisfies Readonly<Record<string, ComputedBy>>;
