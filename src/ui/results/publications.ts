import { HerlError } from "../../errors";
import type { Experiment, Summary } from "../../experiments/experiment";
import type { Publication } from "../../experiments/report/publication";
import type { PaperNumbers } from "../../experiments/paper";
import numbers from "../../../experiments/paper.json";

/** With the day of its results, as the repository has it: 2026-11-21; null where that is not known. */
export interface DatedPublication extends Publication {
  readonly date: string | null;
}

/** The papers' own numbers. */
export const paper: PaperNumbers = numbers;

const definitions = import.meta.glob<Experiment>("../../../experiments/*/experiment.json", {
  import: "default",
});
const summaries = import.meta.glob<Summary>("../../../experiments/*/summary.json", { import: "default" });
const dates = import.meta.env.HERL_RESULT_DATES as Readonly<Record<string, string>>;

/** In the paper's order, then what we ask beside it; those that are in neither list come last, by name. */
const order = [
  ...["ordering", "generalisation", "exploration", "passk", "self-improvement", "dynamics"],
  ...["shaping", "bonus", "budget", "naive-or-masked", "exprl"],
];
const placeOf = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);

/** Fetches every definition and summary. Throws FILE_MISSING where one could not be fetched. */
export async function fetchPublications(): Promise<DatedPublication[]> {
  try {
    const list = await Promise.all(
      Object.entries(definitions).map(([path, define]) => fetchOne(path, define)),
    );
    return inOrder(list);
  } catch (cause) {
    throw new HerlError(
      "FILE_MISSING",
      "The published experiments could not be fetched",
      "Check the connection and open this view again",
      { cause },
    );
  }
}

async function fetchOne(path: string, define: () => Promise<Experiment>): Promise<DatedPublication> {
  const summarize = summaries[path.replace(/experiment\.json$/, "summary.json")];
  const [experiment, summary] = await Promise.all([define(), summarize?.() ?? null]);
  return {
    experiment,
    summary: summary && summary.done > 0 ? summary : null,
    date: dates[experiment.name] ?? null,
  };
}

/** Publications in the order in which the page tells them. */
export const inOrder = <P extends Publication>(list: readonly P[]): P[] =>
  list.toSorted((a, b) => {
    const [x, y] = [a.experiment.name, b.experiment.name];
    return placeOf(x) - placeOf(y) || (x < y ? -1 : 1);
  });
