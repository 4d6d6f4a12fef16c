import type { BandSeries } from "../../figures/bands";
import type { FigureTable, FigureText } from "../../figures/figure_text";
import { decimal } from "../../figures/format";
import { seriesLook } from "../../figures/series_looks";
import type { Publication } from "./publication";

/** Shares over a number of responses or rounds, measured after training. */
export interface ProbeCurves {
  readonly part: string;
  readonly series: readonly BandSeries[];
  readonly xMax: number;
  readonly words: FigureText;
  readonly table: FigureTable;
}

/** Pass@k over k, pass rates over attempts and over rounds: `passAtK.heldout.8`, `explore.guided.4`, `refine.heldout.2`. */
const counted = /^((?:passAtK|explore|refine)\.(?!.*(?:reward|tokens)\.).*)\.(\d+)$/;

const names: Readonly<Record<string, string>> = { passAtK: "Pass@k", explore: "", refine: "guided revision" };
const splits: Readonly<Record<string, string>> = { heldout: "", close: "new words", ood: "other families" };

/** `explore.guided` is called "guided", `passAtK.heldout` "Pass@k". */
const nameOf = (prefix: string): string => {
  const [kind, ...rest] = prefix.split(".");
  return [names[kind], ...rest.map((word) => splits[word] ?? word)].filter(Boolean).join(", ");
};

/** The curves of every part that was probed so; parts whose probes have a single point have none. */
export function probeCurves({ experiment, summary }: Publication): ProbeCurves[] {
  return experiment.parts.flatMap((part) => {
    const arms = summary?.arms.filter((arm) => arm.part === part.name) ?? [];
    const points = arms.flatMap(({ arm, measures }) =>
      Object.entries(measures).flatMap(([name, { mean, low, high }]) => {
        const [, prefix, k] = counted.exec(name) ?? [];
        return prefix === undefined ? [] : [{ arm, prefix, x: Number(k), y: mean, low, high }];
      }),
    );
    const prefixes = new Set(points.map(({ prefix }) => prefix));
    const keys = [...new Set(points.map(({ arm, prefix }) => `${arm}\n${prefix}`))];
    const series = keys.map((key, i): BandSeries => {
      const [arm, prefix] = key.split("\n");
      const own = points.filter((one) => one.arm === arm && one.prefix === prefix).sort((a, b) => a.x - b.x);
      const label = [arms.length > 1 ? arm : "", prefixes.size > 1 ? nameOf(prefix) : ""].filter(Boolean);
      return {
        name: label.join(", ") || arm,
        look: seriesLook(i),
        line: own.map(({ x, y }) => ({ x, y })),
        // The t interval does not know that a share ends at 1.
        band: own.flatMap(({ x, low, high }) =>
          low === null || high === null ? [] : [{ x, low: Math.max(0, low), high: Math.min(1, high) }],
        ),
        ...{ raw: [], singles: [], rank: "plain" },
      };
    });
    const xMax = Math.max(0, ...points.map(({ x }) => x));
    return xMax < 2 ? [] : [{ part: part.name, series, xMax, ...tell(part.name, experiment.title, series) }];
  });
}

function tell(
  part: string,
  title: string,
  series: readonly BandSeries[],
): { words: FigureText; table: FigureTable } {
  const ends = series.map(({ name, line }) => {
    const { x, y } = line[line.length - 1];
    return `${name}: ${y === null ? "–" : decimal(y, 3)} at ${x}`;
  });
  return {
    words: {
      title: `Over more responses: ${title.toLowerCase()}, ${part}`,
      summary: `${ends.join("; ")}.`,
      legend: "a line is the mean over models and seeds, its band the 95 % interval, cut off at 0 and 1",
      caption: "Shares of instructions with a response that satisfies everything.",
    },
    table: {
      columns: ["series", "responses or rounds", "mean", "low", "high"],
      rows: series.flatMap(({ name, line, band }) =>
        line.map(({ x, y }) => {
          const spread = band.find((one) => one.x === x);
          return [name, x, y, spread?.low ?? null, spread?.high ?? null];
        }),
      ),
    },
  };
}
