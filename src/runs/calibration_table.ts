import type { JudgeReliability, Kappa } from "../analysis/calibration";
import type { Rate } from "../analysis/intervals";
import type { Calibration } from "./calibration_record";

/** A calibration as lines of text: a row for all items together and one for each, then what it took. */
export function calibrationTable({ overall, items, latency, responses, of, ended }: Calibration): string {
  const heading = ["", "cases", "accuracy", "false passes", "false fails", "unknown", "kappa"];
  const rows = [
    heading,
    rowOf("all items", overall),
    ...Object.entries(items).map(([id, own]) => rowOf(id, own)),
  ];
  const widths = heading.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row
      .map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c])))
      .join("  ")
      .trimEnd(),
  );
  const { agreement } = overall;
  return [
    ...lines,
    ...(agreement.of > 0 ? [`agreement with itself: ${rateText(agreement)} of ${agreement.of} items`] : []),
    ...(latency.median === null
      ? []
      : [`an answer takes ${seconds(latency.median)} (median), ${seconds(latency.p95!)} (95 % of them)`]),
    ...(ended === "complete" ? [] : [`ended early: ${responses} of ${of} responses`]),
  ].join("\n");
}

const rowOf = (name: string, { cases, ...numbers }: JudgeReliability): string[] => [
  name,
  String(cases),
  rateText(numbers.accuracy),
  rateText(numbers.falsePasses),
  rateText(numbers.falseFails),
  String(numbers.unknown.count),
  kappaText(numbers.kappa),
];

const two = (value: number): string => value.toFixed(2);

/** "0.85 [0.80, 0.89]"; a dash where nothing was counted. */
const rateText = ({ share, low, high }: Rate): string =>
  share === null ? "–" : `${two(share)} [${two(low!)}, ${two(high!)}]`;

const kappaText = ({ value, low, high }: Kappa): string => {
  if (value === null) return "–";
  return low === null ? two(value) : `${two(value)} [${two(low)}, ${two(high!)}]`;
};

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
