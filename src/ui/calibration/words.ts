import type { JudgeReliability, Kappa } from "../../analysis/calibration";
import type { Rate } from "../../analysis/intervals";
import type { CalibrationRow } from "../../figures/calibration_rows";
import type { Cell, FigureTable } from "../../figures/figure_text";
import { decimal, percent } from "../../figures/format";
import type { Calibration } from "../../runs/calibration_record";

/** "85 % (80–89 %)"; a dash where nothing was counted. */
export function rateWords({ share, low, high }: Rate): string {
  if (share === null) return "–";
  return `${percent(share)} (${decimal(low! * 100, 0)}–${percent(high!)})`;
}

/** "0.62 (0.51 to 0.73)". */
export function kappaWords({ value, low, high }: Kappa): string {
  if (value === null) return "–";
  return low === null ? decimal(value) : `${decimal(value)} (${decimal(low)} to ${decimal(high!)})`;
}

export const secondsWords = (milliseconds: number | null): string =>
  milliseconds === null ? "–" : `${decimal(milliseconds / 1000, milliseconds < 10_000 ? 2 : 0)} s`;

/** All items together, then each. */
const allRows = ({ overall, items }: Calibration): [string, JudgeReliability][] => [
  ["all items", overall],
  ...Object.entries(items),
];

export const figureRows = (calibration: Calibration): CalibrationRow[] =>
  allRows(calibration).map(([label, { cases, accuracy, falsePasses, falseFails }]) => ({
    ...{ label, cases, accuracy },
    falsePasses: falsePasses.share,
    falseFails: falseFails.share,
  }));

/** Every number of a calibration that is counted by item. */
export const calibrationNumbersTable = (calibration: Calibration): FigureTable => {
  const rates = ["accuracy", "falsePasses", "falseFails", "unknown", "agreement"] as const;
  const names = ["accuracy", "false passes", "false fails", "unknown", "agreement with itself"];
  return {
    columns: [
      ...["item", "cases"],
      ...names.flatMap((name) => [name, `${name}, of`, `${name}, low`, `${name}, high`]),
      ...["kappa", "kappa, low", "kappa, high"],
    ],
    rows: allRows(calibration).map(([label, numbers]): Cell[] => [
      ...[label, numbers.cases],
      ...rates.flatMap((name) => {
        const { share, of, low, high } = numbers[name];
        return [share, of, low, high];
      }),
      ...[numbers.kappa.value, numbers.kappa.low, numbers.kappa.high],
    ]),
  };
};
