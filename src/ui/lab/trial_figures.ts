import type { FigureTable, FigureText } from "../../figures/figure_text";
import type { Flow } from "../../figures/flow_bars";
import { probability, signedSignificant } from "../../figures/format";
import type { ProbabilityChange } from "../../figures/probability_change";
import type { StepView, TrialView } from "../../runs/protocol";

/** A picture's data with the words and the numbers that go with it. */
export interface Told<Data> {
  readonly data: Data;
  readonly words: FigureText;
  readonly table: FigureTable;
}

const kinds = [
  ["A > 0 → sampled", "positive", "positiveSampled"],
  ["A > 0 → unsampled", "positive", "positiveUnsampled"],
  ["A < 0 → sampled", "negative", "negativeSampled"],
  ["A < 0 → unsampled", "negative", "negativeUnsampled"],
] as const;

/** The four flows as they were recorded, each with what it would have been under it: on one scale. */
export function comparedFlows(recorded: StepView, changed: StepView): Told<readonly Flow[]> | null {
  const [before, after] = [recorded.flows, changed.flows];
  if (!before || !after) return null;
  const data = kinds.flatMap(([label, sign, key], i) =>
    [
      [label, before],
      ["  changed", after],
    ].map(([name, flows]) => ({
      ...{ label: name as string, sign, isSampled: i % 2 === 0 },
      rollouts: (flows as typeof before).rollouts[key],
      revisions: (flows as typeof before).revisions[key],
    })),
  );
  const said = kinds.map(
    ([label, , key]) =>
      `${label} ${signedSignificant(before.all[key])}, changed ${signedSignificant(after.all[key])}`,
  );
  return {
    data,
    words: {
      title: "Flows, recorded and changed",
      summary: `${said.join("; ")}.`,
      legend: "blue: rollouts with c > 0, orange: with c < 0, purple: revisions; paler: to unsampled logits",
      caption: "Each pair of bars is one flow: as it was recorded, and under it as it would have been.",
    },
    table: {
      columns: ["flow", "rollouts", "changed", "revisions", "changed"],
      rows: kinds.map(([label, , key]) => [
        ...[label, before.rollouts[key], after.rollouts[key], before.revisions[key], after.revisions[key]],
      ]),
    },
  };
}

/** The next token at the kept place: what the recorded update did to the tokens that move most, and what this would. */
export function comparedTokens(
  { sampled, before, recorded, changed }: NonNullable<TrialView["nextToken"]>,
  label: (id: number) => string,
  others = 4,
): Told<readonly ProbabilityChange[]> {
  const p = (logprobs: Float32Array, id: number) => Math.exp(logprobs[id]);
  const moves = (id: number) =>
    Math.max(...[recorded, changed].map((after) => Math.abs(p(after, id) - p(before, id))));
  const ids = Array.from(before, (_, id) => id)
    .filter((id) => id !== sampled)
    .sort((a, b) => moves(b) - moves(a));
  const shown = [sampled, ...ids.slice(0, others)];
  return {
    data: shown.flatMap((id) => [
      { label: label(id), before: p(before, id), after: p(recorded, id) },
      { label: "  changed", before: p(before, id), after: p(changed, id) },
    ]),
    words: {
      title: "The next token, recorded and changed",
      summary: `${shown.map((id) => `${label(id)}: from ${probability(p(before, id))} to ${probability(p(recorded, id))}, changed to ${probability(p(changed, id))}`).join("; ")}.`,
      legend:
        "each bar goes from the probability before the update to the one after it; blue up, orange down",
      caption:
        "The sampled token first, then those that move most: after the recorded update, and under it after the changed one.",
    },
    table: {
      columns: ["token", "sampled", "p before", "p after", "p after the changed update"],
      rows: shown.map((id) => [
        ...[label(id), id === sampled ? "yes" : "", p(before, id), p(recorded, id), p(changed, id)],
      ]),
    },
  };
}
