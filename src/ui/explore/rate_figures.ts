import { bandsFigure, type BandSeries } from "../../figures/bands";
import type { FigureTable, FigureText } from "../../figures/figure_text";
import { decimal, percent } from "../../figures/format";
import type { SeriesLook } from "../../figures/series_looks";
import { colours, type SvgNode } from "../../figures/svg";
import type { Strategy } from "../../herl/explore/attempt";
import type { StrategyRates } from "../../runs/explore_commands";
import { strategyNames } from "./words";

/** Told apart by dash as well as by colour. */
export const looks: Readonly<Record<Strategy, SeriesLook>> = {
  stochastic: { colour: colours.ink, dash: [] },
  entropy: { colour: colours.bar, dash: [7, 3] },
  guided: { colour: colours.hindsight, dash: [2, 2.5] },
};

const legend = `${strategyNames.stochastic}: solid; ${strategyNames.entropy}: dashed; ${strategyNames.guided}: dotted`;

const seriesOf = (
  { strategy, rows }: StrategyRates,
  y: (row: StrategyRates["rows"][number]) => number | null,
  withBand: boolean,
): BandSeries => ({
  ...{ name: strategyNames[strategy], look: looks[strategy], raw: [], singles: [], rank: "plain" },
  line: rows.map((row) => ({ x: row.k, y: y(row) })),
  band: withBand
    ? rows.flatMap(({ k, passRate: { low, high } }) =>
        low === null || high === null ? [] : [{ x: k, low, high }],
      )
    : [],
});

const layout = (by: readonly StrategyRates[], width: number) => ({
  ...{ width, height: 230, xName: "k", xMax: by[0]?.rows.length ?? 1 },
  formatX: (x: number) => (Number.isInteger(x) ? String(x) : ""),
});

/** PassRate@k of each strategy, with Wilson's intervals as bands. */
export const passRateFigure = (by: readonly StrategyRates[], width: number): SvgNode =>
  bandsFigure(
    { series: by.map((one) => seriesOf(one, ({ passRate }) => passRate.share, true)), references: [] },
    { ...layout(by, width), atLeast: [0, 0.2], formatY: percent },
  );

/** New tokens per instruction until a response passes, or all k are spent. */
export const tokensFigure = (by: readonly StrategyRates[], width: number): SvgNode =>
  bandsFigure(
    {
      series: by.map((one) => seriesOf(one, ({ untilPass }) => untilPass.newTokens / one.tasks, false)),
      references: [],
    },
    { ...layout(by, width), atLeast: [0, 1], formatY: (y) => decimal(y, 0) },
  );

export function passRateText(by: readonly StrategyRates[]): FigureText {
  const told = by.map(({ strategy, rows }) => {
    const { k, passRate } = rows[rows.length - 1];
    return `${strategyNames[strategy]} ${passRate.share === null ? "unknown" : percent(passRate.share)} at k = ${k}`;
  });
  return {
    title: "PassRate@k",
    summary: `${told.join(", ")}; ${by[0]?.tasks ?? 0} instructions.`,
    legend: `${legend}; bands: Wilson's 95 % intervals`,
    caption:
      "The share of instructions with any response among the first k that satisfies every item. The paper reports 50.6 % for guided, 40.6 % for stochastic and 38.0 % for entropy search at k = 4, on HealthBench with a model of billions of parameters.",
  };
}

export function tokensText(by: readonly StrategyRates[]): FigureText {
  const told = by.map(({ strategy, rows, tasks }) => {
    const { untilPass } = rows[rows.length - 1];
    return `${strategyNames[strategy]} ${decimal(untilPass.newTokens / tasks, 0)}`;
  });
  return {
    title: "Tokens spent",
    summary: `New tokens per instruction until one passes: ${told.join(", ")}.`,
    legend,
    caption:
      "New tokens per instruction, up to its first passing response or to all k. Forks write less, since they keep a prefix; revisions read longer prompts, which the table counts apart.",
  };
}

export const ratesTable = (by: readonly StrategyRates[]): FigureTable => ({
  columns: [
    ...[
      "strategy",
      "k",
      "instructions",
      "PassRate@k",
      "low",
      "high",
      "best reward",
      "responses",
      "new tokens",
    ],
    ...["prompt tokens", "responses until a pass", "new tokens until a pass", "prompt tokens until a pass"],
  ],
  rows: by.flatMap(({ strategy, rows }) =>
    rows.map(({ k, passRate, bestReward, generated, untilPass }) => [
      ...[strategyNames[strategy], k, passRate.of, passRate.share, passRate.low, passRate.high, bestReward],
      ...[generated.responses, generated.newTokens, generated.promptTokens],
      ...[untilPass.responses, untilPass.newTokens, untilPass.promptTokens],
    ]),
  ),
});
