import type { BoundPart } from "../../analysis/bound";
import { explanation, operand, precise, type Explanation } from "./explanation";
import { logitGradient } from "./kernels";

/** A chain of (13), and whose it is. */
export interface ChainValues {
  /** "instruction 2, update 7", "the toy, exact". */
  readonly of: string;
  /** True where it is a sum over all responses of an enumerable policy. */
  readonly isExact?: boolean;
  readonly chain: {
    readonly error: number;
    readonly deviationBound: number;
    readonly unmetBound: number;
    readonly scoreNorm: number;
    readonly unmet: number;
    readonly parts: readonly BoundPart[];
  };
}

/** Responses that leave the same unmet: their share of all, and what they give to the means. */
interface Level {
  readonly unmet: number;
  readonly share: number;
  /** Σ weight · ‖s‖² and Σ weight · ⟨s, e⟩. */
  readonly square: number;
  readonly along: number;
}

function levelsOf(parts: readonly BoundPart[]): Level[] {
  const levels = new Map<string, Level>();
  for (const { unmet, weight, square, along } of parts) {
    const key = unmet.toFixed(9);
    const known = levels.get(key) ?? { unmet, share: 0, square: 0, along: 0 };
    levels.set(key, {
      unmet,
      share: known.share + weight,
      square: known.square + weight * square,
      along: known.along + weight * along,
    });
  }
  return [...levels.values()].sort((a, b) => b.unmet - a.unmet);
}

/** Sums of many small terms: more digits than elsewhere, or the last one on screen is off. */
const digits = 7;

function shared({ chain, isExact = false, of }: ChainValues, what: string) {
  const levels = levelsOf(chain.parts);
  return {
    levels,
    title: `${what}, ${of}`,
    equation: "(13)",
    table: {
      columns: ["X = 1 − R", isExact ? "probability" : "share", "part of E‖s‖²", "part of E⟨s,e⟩"],
      rows: levels.map(({ unmet, share, square, along }) => [unmet, share, square, along]),
    },
    source: isExact
      ? (["src/worlds/toy/exact.ts", "exactChain"] as const)
      : (["src/analysis/bound.ts", "boundChain"] as const),
    kernel: isExact ? [] : logitGradient,
  };
}

/** ‖E[s(X − E X)]‖: how far the gradient of the group is from that of an ideal one. */
export function boundLeft(values: ChainValues): Explanation {
  const { levels, ...common } = shared(values, "Left side of the bound");
  const { unmet, error } = values.chain;
  const terms = levels.map(
    (level) =>
      `(${precise(level.unmet, digits)} − ${precise(unmet, digits)}) × ${operand(level.along, digits)}`,
  );
  return explanation({
    ...common,
    formula: "‖E[s(X − E X)]‖ = Σ over X of (X − E X) · part of E⟨s,e⟩, e the direction of E[s(X − E X)]",
    filled: [`${terms.join(" + ")} = ${precise(error)}`],
    note: "s = ∇θ ln π(τ|q) of each response, over all trained weights; a line of the table is all responses that leave the same unmet.",
  });
}

/** √E‖s‖² √Var X. */
export function boundMiddle(values: ChainValues): Explanation {
  const { levels, ...common } = shared(values, "Middle of the bound");
  const { unmet, scoreNorm, deviationBound } = values.chain;
  const variance = levels.reduce((sum, { unmet: x, share }) => sum + share * (x - unmet) * (x - unmet), 0);
  return explanation({
    ...common,
    formula: "√E‖s‖² · √Var X",
    filled: [`${precise(scoreNorm)} × sqrt(${precise(variance)}) = ${precise(deviationBound)}`],
    note: "Cauchy and Schwarz: never less than the left side. E‖s‖² and Var X add up from the table.",
  });
}

/** √E‖s‖² √E X². */
export function boundRight(values: ChainValues): Explanation {
  const { levels, ...common } = shared(values, "Right side of the bound");
  const { scoreNorm, unmetBound } = values.chain;
  const second = levels.reduce((sum, { unmet: x, share }) => sum + share * x * x, 0);
  return explanation({
    ...common,
    formula: "√E‖s‖² · √E X²",
    filled: [`${precise(scoreNorm)} × sqrt(${precise(second)}) = ${precise(unmetBound)}`],
    note: "E X² = Var X + (E X)²: what all responses leave unmet alike counts here, and not in the middle.",
  });
}

/** E X: what the responses leave unmet of the rubric's weight. */
export function unmetWeight(values: ChainValues): Explanation {
  const { levels, ...common } = shared(values, "Unmet weight");
  const terms = levels.map(({ unmet, share }) => `${precise(unmet)} × ${precise(share)}`);
  return explanation({
    ...common,
    formula: "E X = Σ X · share of the responses, X = 1 − R",
    filled: [`${terms.join(" + ")} = ${precise(values.chain.unmet)}`],
    kernel: [],
  });
}
