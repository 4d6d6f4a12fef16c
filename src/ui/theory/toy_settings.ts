import { conflictingToy, reachableToy } from "../../worlds/toy/items";
import { habits } from "../../worlds/toy/run";
import { createToy, type Toy } from "../../worlds/toy/toy";

/** What the reader sets on the toy: plain data, so that it crosses to the thread that runs it. */
export interface ToySettings {
  readonly rubric: "reachable" | "conflicting";
  /** One weight an item. */
  readonly weights: readonly [number, number, number];
  /** Strength of hindsight, in nats for a sequence that meets all that it names. */
  readonly kappa: number;
  /** Responses of a group, N + 1 where one of them is a revision. */
  readonly responses: number;
  readonly seed: number;
}

export const firstSettings: ToySettings = {
  ...{ rubric: "conflicting", weights: [1, 1, 1], kappa: 2, responses: 8, seed: 0 },
};

export function toyOf({ rubric, weights, kappa }: ToySettings): Toy {
  const options = rubric === "reachable" ? reachableToy : conflictingToy;
  const items = options.items.map((item, i) => ({ ...item, weight: weights[i] }));
  return createToy({ ...options, items, kappa });
}

/** Where a policy starts: with habits of its own, so that not every response is as likely as any other. */
export const startOf = (toy: Toy, seed: number): Float32Array => habits(toy, seed, 1);
