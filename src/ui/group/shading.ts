import type { TokenShade } from "../state/selection.svelte";
import type { DisplayRow } from "../state/display";

/** How tokens are coloured: a value, its symbol, and how strongly it shows against the largest of the group. */
export interface Shading {
  readonly symbol: string;
  /** Null where it is not known yet. */
  value(row: DisplayRow, token: number): number | null;
  /** In tenths, from 0 to 10: as many classes as there are shades, which browsers style faster than a style each. */
  strength(row: DisplayRow, token: number): number;
  sign(value: number | null): "positive" | "negative" | "neutral" | null;
}

const values: Readonly<Record<TokenShade, { symbol: string; value: Shading["value"] }>> = {
  coefficient: { symbol: "c", value: ({ response }, t) => response?.gradient?.coefficients[t] ?? null },
  gradient: {
    symbol: "c(1 − p)",
    value({ response }, t) {
      const gradient = response?.gradient;
      return gradient ? gradient.coefficients[t] * gradient.unsampledMass[t] : null;
    },
  },
  /** Surprise rather than probability: what the policy did not expect stands out. */
  probability: {
    symbol: "ln p",
    value: ({ response }, t) => response?.logprobs[t] ?? null,
  },
};

/** The shading of a group's rows by what the reader has chosen. */
export function shadingOf(shade: TokenShade, rows: readonly DisplayRow[]): Shading {
  const { symbol, value } = values[shade];
  let largest = 0;
  for (const row of rows)
    for (let t = 0; t < row.ids.length; t++) largest = Math.max(largest, Math.abs(value(row, t) ?? 0));
  return {
    ...{ symbol, value },
    strength: (row, token) =>
      largest > 0 ? Math.round(10 * Math.sqrt(Math.abs(value(row, token) ?? 0) / largest)) : 0,
    sign(value) {
      if (value === null || value === 0) return null;
      if (shade === "probability") return "neutral";
      return value > 0 ? "positive" : "negative";
    },
  };
}
