import type { PaperNumbers } from "../../experiments/paper";
import type { Reference } from "../../figures/bands";
import { significant } from "../../figures/format";

/** One model on one benchmark of one table: numbers that can stand beside each other. */
export interface PaperColumn {
  readonly id: string;
  /** "IFEval, Qwen2.5-7B-Instruct". */
  readonly name: string;
  /** "HeRL, Table 1". */
  readonly table: string;
  readonly lines: readonly Reference[];
}

/** What of the papers can be drawn across a reward: percentages of several methods. */
export const paperColumns = ({ tables, papers }: PaperNumbers): PaperColumn[] =>
  tables
    .filter(({ unit }) => unit === "%")
    .flatMap(({ id, where, paper, benchmarks, rows }) =>
      benchmarks.flatMap((benchmark, column) =>
        [...new Set(rows.map(({ model }) => model))].map((model): PaperColumn => ({
          id: `${id} ${column} ${model}`,
          name: `${benchmark}, ${model}`,
          table: `${papers[paper].name}, ${where}`,
          lines: rows
            .filter((row) => row.model === model)
            .map(({ method, values }) => ({
              label: `paper: ${method} ${significant(values[column])} %`,
              y: values[column] / 100,
            })),
        })),
      ),
    );
