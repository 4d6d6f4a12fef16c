import type { Tensor } from "../tensor";

/** The gated activation of a Llama block (Shazeer 2020): out = silu(gate) · up, silu(x) = x / (1 + e^−x). */
export interface SwigluOptions<T extends Tensor = Tensor> {
  /** All [T, F]. */
  readonly gate: T;
  readonly up: T;
  readonly out: T;
}

/**
 * With s = 1 / (1 + e^−gate): gradUp = gradOut · gate · s, gradGate = gradOut · up · s · (1 + gate · (1 − s)).
 * Both are overwritten.
 */
export interface SwigluBackwardOptions<T extends Tensor = Tensor> {
  readonly gate: T;
  readonly up: T;
  readonly gradOut: T;
  readonly gradGate: T;
  readonly gradUp: T;
}
