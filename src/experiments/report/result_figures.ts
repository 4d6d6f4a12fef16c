import type { Claim, Estimate, Part } from "../experiment";
import type { DotPanel, DotRow } from "../../figures/estimate_dots";
import type { FigureTable, FigureText } from "../../figures/figure_text";
import type { ForestGroup } from "../../figures/forest";
import type { ClaimRow } from "./claim_rows";
import { measureWords } from "./measure_words";
import type { Publication } from "./publication";
import { claimSentence, sidesOf } from "./sentences";

/** Claims whose differences can stand on one axis. */
export interface ForestPlate {
  readonly scale: string;
  readonly groups: readonly ForestGroup[];
  readonly rows: readonly ClaimRow[];
  readonly words: FigureText;
  readonly table: FigureTable;
  readonly format: (value: number) => string;
}

/** The differences of an experiment, a plate a scale, in each a group a part and measure. */
export function forestPlates({ experiment }: Publication, rows: readonly ClaimRow[]): ForestPlate[] {
  const scales = [...new Set(rows.map(({ claim }) => measureWords(claim.measure).scale))];
  return scales.map((scale) => {
    const own = rows.filter(({ claim }) => measureWords(claim.measure).scale === scale);
    const measures = [...new Set(own.map(({ claim }) => claim.measure))];
    const commons = new Set(own.map(({ claim }) => sidesOf(claim).common));
    const groups = groupsOf(own, experiment.parts.length > 1, commons.size > 1);
    const title = scale === "share" ? "Differences" : `Differences in ${measureWords(measures[0]).label}`;
    return {
      ...{ scale, groups, rows: own, format: measureWords(measures[0]).formatDifference },
      words: {
        title: `${title}, ${experiment.title.toLowerCase()}`,
        summary: own.map(claimSentence).join(" "),
        legend:
          "a mark is the mean difference over pairs, its line the 95 % interval; filled where the verdict is not undecided; " +
          "an arrow points to the side on which the paper would have it, brackets are its margin around no difference",
        caption: "First less second, over pairs of runs with the same model and seed.",
      },
      table: forestTable(own),
    };
  });
}

/** A group for each part and measure, named by what there are several of. */
function groupsOf(rows: readonly ClaimRow[], tellsPart: boolean, tellsMeasure: boolean): ForestGroup[] {
  const headingOf = ({ claim }: ClaimRow): string =>
    [tellsPart ? claim.part : "", tellsMeasure ? sidesOf(claim).common : ""].filter(Boolean).join(": ");
  return [...new Set(rows.map(headingOf))].map((heading) => ({
    heading,
    rows: rows
      .filter((row) => headingOf(row) === heading)
      .map(({ claim, result, verdict }) => ({
        label: labelOf(claim),
        ...{ mean: result?.difference.mean ?? null, n: result?.difference.n ?? 0 },
        ...{ low: result?.difference.low ?? null, high: result?.difference.high ?? null },
        isSignificant: verdict === "agree" || verdict === "disagree",
        ...{ expected: claim.paper, margin: claim.paper === "equal" ? (claim.margin ?? 0) : 0 },
      })),
  }));
}

/** "HeRL − RLVR"; of one arm, the arm and what is compared in it. */
function labelOf(claim: Claim): string {
  const { first, second } = sidesOf(claim);
  const [one, two] = claim.arms;
  return `${one === two && one !== "base" ? `${one}: ` : ""}${first} − ${second}`;
}

const forestTable = (rows: readonly ClaimRow[]): FigureTable => ({
  columns: [
    ...[
      "claim",
      "part",
      "measure",
      "first",
      "second",
      "first mean",
      "second mean",
      "difference",
      "low",
      "high",
    ],
    ...["bootstrap low", "bootstrap high", "pairs", "p", "p (Holm)", "paper", "verdict"],
  ],
  rows: rows.map(({ claim, result, verdict }) => [
    ...[claim.text, claim.part, claim.measure, ...claim.arms],
    ...[result?.first.mean ?? null, result?.second.mean ?? null],
    ...[result?.difference.mean ?? null, result?.difference.low ?? null, result?.difference.high ?? null],
    ...[result?.bootstrap.low ?? null, result?.bootstrap.high ?? null],
    ...[result?.difference.n ?? 0, result?.p ?? null, result?.adjusted ?? null],
    ...[claim.paper, verdict],
  ]),
});

/** Measures that an experiment's claims are about, each once. */
export const measuresOfClaims = (rows: readonly ClaimRow[]): string[] => [
  ...new Set(rows.flatMap(({ claim: { measure, against } }) => [measure, ...(against ? [against] : [])])),
];

/** The arms of every part under a measure; parts in which nothing has been measured are left out. */
export function dotPanels({ experiment, summary }: Publication, measure: string): DotPanel[] {
  const estimate = (part: string, arm: string, name: string): Estimate | undefined =>
    summary?.arms.find((one) => one.part === part && one.arm === arm)?.measures[name];
  return experiment.parts.flatMap((part: Part): DotPanel[] => {
    const rows = part.arms.flatMap(({ name }): DotRow[] => {
      const known = estimate(part.name, name, measure);
      return known ? [{ label: name, ...known }] : [];
    });
    if (rows.length === 0) return [];
    const starts = part.arms.flatMap(({ name }) => estimate(part.name, name, `base.${measure}`)?.mean ?? []);
    return [{ heading: part.name, rows, start: starts[0] ?? null }];
  });
}

/** Words and numbers of `dotPanels`. */
export function dotWords(
  panels: readonly DotPanel[],
  measure: string,
): { readonly words: FigureText; readonly table: FigureTable } {
  const { label, format } = measureWords(measure);
  const starts = panels.some(({ start }) => start !== null);
  return {
    words: {
      title: label[0].toUpperCase() + label.slice(1),
      summary: panels
        .map(
          ({ heading, rows }) =>
            `${heading}: ${rows.map((row) => `${row.label} ${format(row.mean!)}`).join(", ")}.`,
        )
        .join(" "),
      legend: `a dot is the mean over models and seeds, its line the 95 % interval${starts ? "; dashed: before training" : ""}`,
      caption:
        "Intervals of arms may overlap where their paired difference is clear: the figure of differences decides.",
    },
    table: {
      columns: ["part", "arm", label, "low", "high", "runs", "before training"],
      rows: panels.flatMap(({ heading, rows, start }) =>
        rows.map((row) => [heading, row.label, row.mean, row.low, row.high, row.n, start]),
      ),
    },
  };
}
