import { scaleLinear } from "d3-scale";
import type { FigureTable, FigureText } from "./figure_text";
import { decimal } from "./format";
import { diamond, dot, fitted, ring, signedBar } from "./marks";
import { bar, colours, node, picture, rule, text, type SvgNode } from "./svg";

/** One response of a search. */
export interface DrawnAttempt {
  /** Index of the attempt that it forks from or revises. */
  readonly parent: number | null;
  /** Position of the forced token; null where it starts anew. */
  readonly fork: number | null;
  /** The forced token, printable. */
  readonly forced: string | null;
  /** Tokens of the whole response. */
  readonly tokens: number;
  /** Verdicts, in the rubric's order. */
  readonly items: readonly ("satisfied" | "unmet" | "unknown")[];
  readonly reward: number | null;
  /** Whether every item is satisfied. */
  readonly passed: boolean;
}

export interface AttemptTreeData {
  readonly strategy: "stochastic" | "entropy" | "guided";
  readonly attempts: readonly DrawnAttempt[];
}

/** What became of an item: as it was, or changed against the parent. */
export type ItemChange = "met" | "missed" | "unknown" | "gained" | "lost";

/** Each item of an attempt beside its parent's; those of an attempt without a parent are only met or missed. */
export function itemChanges(attempts: readonly DrawnAttempt[], index: number): ItemChange[] {
  const { parent, items } = attempts[index];
  return items.map((status, i) => {
    const before = parent === null ? status : attempts[parent].items[i];
    if (status === "unknown") return "unknown";
    if (status === "satisfied") return before === "unmet" ? "gained" : "met";
    return before === "satisfied" ? "lost" : "missed";
  });
}

const top = 20;
const rowHeight = 27;
const itemWidth = 13;

/** Index of the attempt at a height in the picture, or null. */
export function attemptAt(y: number, count: number): number | null {
  const row = Math.floor((y - top) / rowHeight);
  return row >= 0 && row < count ? row : null;
}

/**
 * A search, an attempt a row: a line as long as its tokens. Samples hang on one root; a fork leaves its parent's line at
 * the forced token, so that the tokens before it are seen to be shared; a revision is tied to what it revises. At the end of
 * each row its items, with what changed against the parent, and its reward.
 */
export function attemptTree(
  { strategy, attempts }: AttemptTreeData,
  width: number,
  { selected = null }: { readonly selected?: number | null } = {},
): SvgNode {
  const items = attempts[0]?.items.length ?? 0;
  const left = strategy === "guided" ? 46 : 30;
  const marks = width - 36 - items * itemWidth;
  const longest = attempts.reduce((most, { tokens }) => Math.max(most, tokens), 1);
  const x = scaleLinear([0, longest], [left, Math.max(left + 20, marks - 10)]);
  const y = (row: number) => top + (row + 0.62) * rowHeight;
  const bottom = top + attempts.length * rowHeight;
  const quiet = { size: 10, colour: colours.quiet } as const;
  return picture(width, bottom + 18, [
    text(x(0), 10, "tokens", quiet),
    ...(items > 0
      ? [text(marks + (items * itemWidth) / 2, 10, "items", { ...quiet, anchor: "middle" })]
      : []),
    text(width, 10, "reward", { ...quiet, anchor: "end" }),
    ...(selected === null
      ? []
      : [bar({ x: 0, y: top + selected * rowHeight, width, height: rowHeight }, colours.track)]),
    ...x.ticks(3).map((tick) => text(x(tick), bottom + 13, String(tick), { ...quiet, anchor: "middle" })),
    ...root(strategy, attempts, x, y),
    ...attempts.flatMap((attempt, row) => [
      text(0, y(row) + 4, String(row + 1), { ...quiet, size: 11 }),
      ...tie(strategy, attempts, row, x, y),
      ...lineOf(attempt, x, y(row)),
      ...itemChanges(attempts, row).flatMap((change, i) =>
        itemMark(change, marks + (i + 0.5) * itemWidth, y(row)),
      ),
      text(width, y(row) + 4, attempt.reward === null ? "?" : decimal(attempt.reward), {
        ...{ size: 11, anchor: "end", weight: attempt.passed ? 700 : 400 },
      }),
    ]),
  ]);
}

type Scale = (value: number) => number;

/** The instruction, from which every attempt starts that has no parent. */
function root(
  strategy: AttemptTreeData["strategy"],
  attempts: readonly DrawnAttempt[],
  x: Scale,
  y: Scale,
): SvgNode[] {
  if (attempts.length === 0 || strategy === "guided") return [];
  const rows = attempts.flatMap(({ parent }, row) => (parent === null ? [row] : []));
  const at = x(0) - 10;
  return [
    rule(at, y(0), at, y(rows.at(-1)!), { stroke: colours.quiet }),
    ...rows.map((row) => rule(at, y(row), x(0), y(row), { stroke: colours.quiet })),
    dot(at, y(0), 3, colours.quiet),
  ];
}

/** What ties an attempt to its parent. */
function tie(
  strategy: AttemptTreeData["strategy"],
  attempts: readonly DrawnAttempt[],
  row: number,
  x: Scale,
  y: Scale,
): SvgNode[] {
  const { parent, fork, forced } = attempts[row];
  if (parent === null) return [];
  if (strategy === "guided") {
    const [from, to, end] = [y(parent) + 3, y(row), x(0) - 4];
    const out = end - 8 - Math.min(18, 4 * (row - parent));
    return [
      node("path", {
        d: `M${end},${from.toFixed(2)}C${out},${from.toFixed(2)} ${out},${to.toFixed(2)} ${end},${to.toFixed(2)}`,
        ...{ fill: "none", stroke: colours.hindsight, "stroke-width": 1.4 },
      }),
      node("path", {
        d: `M${end - 5},${(to - 3.5).toFixed(2)}L${end},${to.toFixed(2)}L${end - 5},${(to + 3.5).toFixed(2)}`,
        ...{ fill: "none", stroke: colours.hindsight, "stroke-width": 1.4 },
      }),
    ];
  }
  const at = x(fork!);
  return [
    rule(at, y(ownerOf(attempts, parent, fork!)), at, y(row), { stroke: colours.quiet }),
    text(at + 7, y(row) - 5, fitted(forced ?? "", 80, 10), { size: 10 }),
  ];
}

/** The attempt in whose row the token before a fork is drawn: forks of forks share the lines of their ancestors. */
function ownerOf(attempts: readonly DrawnAttempt[], parent: number, fork: number): number {
  const { fork: own, parent: above } = attempts[parent];
  return own !== null && above !== null && fork <= own ? ownerOf(attempts, above, fork) : parent;
}

function lineOf({ fork, tokens, passed }: DrawnAttempt, x: Scale, y: number): SvgNode[] {
  const line = { stroke: passed ? colours.positive : colours.ink, "stroke-width": passed ? 3.2 : 1.8 };
  return [rule(x(fork ?? 0), y, x(tokens), y, line), ...(fork === null ? [] : [diamond(x(fork), y, 4)])];
}

/** Filled where met, empty where missed; pointing up where gained, down where lost. */
function itemMark(change: ItemChange, x: number, y: number): SvgNode[] {
  switch (change) {
    case "met":
      return [dot(x, y, 3.6, colours.ink)];
    case "missed":
      return [ring(x, y, 3.2)];
    case "unknown":
      return [text(x, y + 4, "?", { size: 11, anchor: "middle" })];
    case "gained":
      return signedBar({ x: x - 4, width: 8, zero: y + 5, length: 10 });
    case "lost":
      return signedBar({ x: x - 4, width: 8, zero: y - 5, length: -10 });
  }
}

const titles = {
  stochastic: "Stochastic sampling",
  entropy: "Entropy search",
  guided: "Guided exploration",
} as const;

const captions = {
  stochastic: "Independent samples from the instruction: none knows what the others missed.",
  entropy:
    "Each attempt forks the best one so far at its next highest-entropy token: what stands before is kept, the next most likely token is forced.",
  guided:
    "Each attempt revises the best failure so far with what it missed; it ends with the first that passes.",
} as const;

const items =
  "line: a response, thick and blue where every item is met; filled circle: item met, empty: missed";
const changes = "pointing up, blue: gained against its parent; pointing down, orange: lost";

const legends = {
  stochastic: items,
  entropy: `${items}; ${changes}; diamond: the forced token`,
  guided: `${items}; ${changes}`,
} as const;

export function attemptTreeText(data: AttemptTreeData): FigureText {
  const { strategy, attempts } = data;
  const passed = attempts.findIndex((attempt) => attempt.passed);
  const best = attempts.reduce<number | null>(
    (most, { reward }) => (reward === null ? most : Math.max(most ?? 0, reward)),
    null,
  );
  const all = attempts.flatMap((_, i) => itemChanges(attempts, i));
  const changed = (kind: ItemChange) => all.filter((change) => change === kind).length;
  const found =
    passed >= 0
      ? `attempt ${passed + 1} satisfies every item`
      : `none satisfies every item, best reward ${best === null ? "unknown" : decimal(best)}`;
  const lineage =
    strategy === "stochastic"
      ? ""
      : ` Against their parents, attempts gained ${changed("gained")} items and lost ${changed("lost")}.`;
  return {
    title: titles[strategy],
    summary: `${attempts.length} ${attempts.length === 1 ? "attempt" : "attempts"}; ${found}.${lineage}`,
    legend: legends[strategy],
    caption: captions[strategy],
  };
}

export const attemptTreeTable = ({ attempts }: AttemptTreeData): FigureTable => ({
  columns: [
    "attempt",
    "parent",
    "fork at token",
    "forced token",
    "tokens",
    "reward",
    "met",
    "gained",
    "lost",
  ],
  rows: attempts.map(({ parent, fork, forced, tokens, reward, items }, i) => {
    const changes = itemChanges(attempts, i);
    const of = (kind: ItemChange) => changes.filter((change) => change === kind).length;
    return [
      ...[i + 1, parent === null ? null : parent + 1, fork === null ? null : fork + 1, forced],
      ...[tokens, reward, items.filter((status) => status === "satisfied").length, of("gained"), of("lost")],
    ];
  }),
});
