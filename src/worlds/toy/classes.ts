import type { ObjectiveConfig } from "../../herl/config";
import type { Enumeration } from "./enumerate";
import type { Toy } from "./toy";

/** Sequences that the method treats alike: they have the same reward, or meet the same items, and are equally long. */
export interface SequenceClass {
  /** What the first of them meets; all of them when classes are `byItems`. */
  readonly met: readonly boolean[];
  readonly reward: number;
  /** Tokens that aggregation counts: the length under `tokenMean`; 1 where the length is in `direction` or nowhere. */
  readonly tokens: number;
  readonly probability: number;
  /** E[s(τ) | τ in the class], divided by |τ| under `seqMeanTokenMean`: [parameterCount]. */
  readonly direction: Float64Array;
}

export interface ClassOptions extends Pick<ObjectiveConfig, "aggregation"> {
  /** Tell apart what is met, as drafts of revisions are, and not the reward alone. */
  readonly byItems: boolean;
}

/**
 * The classes of a policy's sequences, apart by length where `tokenMean` counts it; impossible ones are left in, with a
 * direction of 0.
 */
export function classesOf(
  { sequences, parameterCount }: Toy,
  { probabilities, scores }: Enumeration,
  { aggregation, byItems }: ClassOptions,
): SequenceClass[] {
  const classes = new Map<
    string,
    { met: readonly boolean[]; reward: number; tokens: number; of: number[] }
  >();
  sequences.forEach(({ met, reward, ids }, i) => {
    const tokens = aggregation === "tokenMean" ? ids.length : 1;
    const key = `${byItems ? met : reward} ${tokens}`;
    const known = classes.get(key);
    if (known) known.of.push(i);
    else classes.set(key, { met, reward, tokens, of: [i] });
  });
  return [...classes.values()].map(({ met, reward, tokens, of }) => {
    const probability = of.reduce((sum, i) => sum + probabilities[i], 0);
    const direction = new Float64Array(parameterCount);
    for (const i of of) {
      if (probability === 0) break;
      const length = aggregation === "seqMeanTokenMean" ? sequences[i].ids.length : 1;
      const weight = probabilities[i] / probability / length;
      scores[i].forEach((s, j) => (direction[j] += weight * s));
    }
    return { met, reward, tokens, probability, direction };
  });
}

/** Groups of `size` out of `classes` kinds, whatever their order: C(classes + size − 1, size). */
export function groupCount(classes: number, size: number): number {
  let count = 1;
  for (let i = 1; i <= size; i++) count = (count * (classes + i - 1)) / i;
  return Math.round(count);
}

/** Calls `visit` for each of them, with the classes of its members in ascending order and its probability. */
export function forEachGroup(
  classes: readonly SequenceClass[],
  size: number,
  visit: (members: readonly number[], probability: number) => void,
): void {
  const extend = (members: readonly number[], first: number, probability: number) => {
    const left = size - members.length;
    if (left === 0) return visit(members, probability);
    if (first === classes.length) return;
    // `count` of the remaining members are of this class: C(left, count) p^count, one factor at a time.
    let [own, factor] = [members, 1];
    for (let count = 0; count <= left && factor > 0; count++) {
      extend(own, first + 1, probability * factor);
      own = [...own, first];
      factor *= ((left - count) / (count + 1)) * classes[first].probability;
    }
  };
  extend([], 0, 1);
}
