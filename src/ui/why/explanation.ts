import type { FigureTable } from "../../figures/figure_text";
import type { Source } from "./sources";

export { responseName } from "../text/response_name";

/** Why a number is what it is. */
export interface Explanation {
  readonly title: string;
  /** Number of the paper's equation; null where the quantity is ours or plain bookkeeping. */
  readonly equation: string | null;
  readonly formula: string;
  /** The formula with this number's values, a line each: "left = value". */
  readonly filled: readonly string[];
  /** The values that went into it, where they are many. */
  readonly table: FigureTable | null;
  readonly note: string | null;
  readonly source: Source;
  /** What computes it on the device, where a kernel does: a shader, and what stands for it on the cpu. */
  readonly kernel: readonly Source[];
}

/** An explanation of which only what differs is given. */
export const explanation = (
  parts: Pick<Explanation, "title" | "formula" | "filled" | "source"> & Partial<Explanation>,
): Explanation => ({ equation: null, table: null, note: null, kernel: [], ...parts });

/** Enough digits that a reader who computes the line again gets the number on screen: "0.541667", "4.1e−7". */
export const precise = (value: number, digits = 6): string =>
  String(Number(value.toPrecision(digits)) + 0).replaceAll("-", "−");

/** As `precise`, for the right side of a minus or a times sign: negative numbers in parentheses. */
export const operand = (value: number, digits = 6): string =>
  value < 0 ? `(${precise(value, digits)})` : precise(value, digits);

/** "0.5 + 1 + 0.25"; "0" for none. */
export const sumText = (values: readonly number[]): string =>
  values.length === 0 ? "0" : values.map((value) => operand(value)).join(" + ");

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
