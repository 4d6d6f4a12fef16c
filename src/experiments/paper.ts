/** The papers' own numbers, `experiments/paper.json`: other models on other tasks, for reference beside ours, never as ours. */

export interface PaperNumbers {
  readonly format: number;
  readonly papers: Readonly<Record<string, Paper>>;
  readonly tables: readonly PaperTable[];
}

export interface Paper {
  readonly name: string;
  readonly title: string;
  readonly authors: string;
  readonly year: number;
}

/** One table or figure. */
export interface PaperTable {
  /** What `Experiment.paper.numbers` names: `table1`, `figure4b`. */
  readonly id: string;
  /** A key of `papers`. */
  readonly paper: string;
  /** "Table 1". */
  readonly where: string;
  readonly title: string;
  /** Of all values; empty for a figure without numbers. */
  readonly unit: string;
  /** A column each. */
  readonly benchmarks: readonly string[];
  readonly note?: string;
  /** None where the paper draws curves and prints no numbers. */
  readonly rows: readonly {
    readonly model: string;
    readonly method: string;
    /** One a benchmark. */
    readonly values: readonly number[];
  }[];
}

/** The tables that an experiment stands beside: the one with that id, and those whose ids begin with it (`exprl`). */
export const paperTables = ({ tables }: PaperNumbers, id: string | undefined): PaperTable[] =>
  tables.filter((table) => id !== undefined && (table.id === id || table.id.startsWith(`${id}-`)));
