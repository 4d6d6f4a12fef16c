import type { Experiment, Summary, UnitResult } from "../../src/experiments/experiment";
import { fetchResults } from "../../src/ui/compare/published";

const definitions = import.meta.glob<Experiment>("../../experiments/*/experiment.json", {
  import: "default",
});
const summaries = import.meta.glob<Summary>("../../experiments/*/summary.json", { import: "default" });

/** A published experiment: what it is, the line of each unit, and the summary that is published with them. */
export interface Published {
  readonly experiment: Experiment;
  readonly results: readonly UnitResult[];
  readonly summary: Summary;
}

/** The names of the published experiments that have results and claim something, by their titles. */
export async function publishedExperiments(): Promise<Map<string, string>> {
  const all = await Promise.all(Object.entries(definitions).map(([, define]) => define()));
  const usable = all.filter(
    ({ name, claims }) => claims.length > 0 && `../../experiments/${name}/summary.json` in summaries,
  );
  return new Map(usable.map(({ name, title }) => [title, name]));
}

/** Fetches one of them. */
export async function published(name: string): Promise<Published> {
  const folder = `../../experiments/${name}`;
  const experiment = await definitions[`${folder}/experiment.json`]();
  const [summary, results] = await Promise.all([
    summaries[`${folder}/summary.json`](),
    fetchResults(experiment),
  ]);
  return { experiment, summary, results };
}
