import { meanOrNull } from "./mean";

export const collapseKinds = ["entropy", "length", "reward"] as const;

export type CollapseKind = (typeof collapseKinds)[number];

/** What a collapse is read from, of one update; null where it was not measured. */
export interface CollapsePoint {
  readonly step: number;
  /** Mean entropy of sampled tokens, in nats. */
  readonly entropy: number | null;
  /** Mean length of rollouts, in tokens, and the share of them that was cut off. */
  readonly length: number | null;
  readonly clipped: number | null;
  readonly reward: number | null;
}

/** From when on it counts as one. A share of 0 never does. */
export interface CollapseLimits {
  /** Updates over which entropy, length and reward are averaged. */
  readonly window: number;
  /** Shares of the first update's entropy and length, and of the best mean reward. */
  readonly entropy: number;
  readonly length: number;
  readonly reward: number;
}

export interface Collapse {
  readonly kind: CollapseKind;
  /** The update at which it was found: the last one that was averaged. */
  readonly step: number;
  /** The window's mean, and what it is compared with. */
  readonly value: number;
  readonly from: number;
}

/** What has to be remembered of a run to notice a collapse: plain data, for checkpoints. */
export interface CollapseWatch {
  /** The latest updates, a window of them at most. */
  readonly recent: readonly CollapsePoint[];
  /** The first update: its responses are the untouched policy's. */
  readonly first: CollapsePoint | null;
  /** The best mean reward that a window had. */
  readonly bestReward: number | null;
  /** Kinds that were found: each is told once. */
  readonly found: readonly CollapseKind[];
}

export const newWatch: CollapseWatch = { recent: [], first: null, bestReward: null, found: [] };

/** A loss of reward that is smaller is taken for the noise between batches, however small the best was. */
const leastLoss = 0.1;

/** Where so many responses are cut off, as good as all are. */
const allClipped = 0.95;

/** Takes in one more update. Answers with the collapses that it completes. */
export function watchCollapse(
  watch: CollapseWatch,
  point: CollapsePoint,
  limits: CollapseLimits,
): { readonly watch: CollapseWatch; readonly collapses: readonly Collapse[] } {
  const recent = [...watch.recent, point].slice(-limits.window);
  const first = watch.first ?? point;
  if (recent.length < limits.window) return { watch: { ...watch, recent, first }, collapses: [] };
  const mean = (name: Exclude<keyof CollapsePoint, "step">) =>
    meanOrNull(recent.map((p) => p[name]).filter((value) => value !== null));
  const [entropy, length, clipped, reward] = [
    mean("entropy"),
    mean("length"),
    mean("clipped"),
    mean("reward"),
  ];
  const best = watch.bestReward;
  const cutOff = limits.length > 0 && isAtLeast(clipped, allClipped) && !isAtLeast(first.clipped, allClipped);
  const lost = best !== null && reward !== null && best - reward >= leastLoss;
  const seen: readonly [CollapseKind, boolean, value: number | null, from: number | null][] = [
    ["entropy", isBelow(entropy, first.entropy, limits.entropy), entropy, first.entropy],
    ["length", cutOff || isBelow(length, first.length, limits.length), length, first.length],
    ["reward", lost && isBelow(reward, best, limits.reward), reward, best],
  ];
  const collapses = seen.flatMap(([kind, isSo, value, from]) =>
    isSo && !watch.found.includes(kind) ? [{ kind, step: point.step, value: value!, from: from! }] : [],
  );
  const found = [...watch.found, ...collapses.map(({ kind }) => kind)];
  const bestReward = reward === null || (best !== null && best >= reward) ? best : reward;
  return { watch: { recent, first, bestReward, found }, collapses };
}

/**
 * The collapses of a run's updates, in order, each kind once: the mean entropy of a window below its share of the first
 * update's; the length likewise, or as good as all responses cut off where the first were not; the reward below its
 * share of the best mean so far, and by at least 0.1.
 */
export function collapseOf(history: readonly CollapsePoint[], limits: CollapseLimits): Collapse[] {
  const all: Collapse[] = [];
  history.reduce((before, point) => {
    const { watch, collapses } = watchCollapse(before, point, limits);
    all.push(...collapses);
    return watch;
  }, newWatch);
  return all;
}

const isBelow = (value: number | null, from: number | null, share: number): boolean =>
  value !== null && from !== null && value < share * from;

const isAtLeast = (value: number | null, limit: number): boolean => value !== null && value >= limit;
