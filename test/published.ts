/** The published experiments as tests read them, in Node and in a browser. */
import { CpuBackend } from "../src/compute/cpu";
import type { Experiment, Summary, UnitResult } from "../src/experiments/experiment";
import { readExperiment } from "../src/experiments/read_experiment";
import { readResults, sortResults } from "../src/experiments/results";
import { repeatUnit } from "../src/experiments/run_unit";
import { sampleUnits } from "../src/experiments/sample_units";
import {
  isWaiting,
  unitName,
  unitsOf,
  type TunedRates,
  type Unit,
  type WaitingUnit,
} from "../src/experiments/units";
import { readModel, type ModelFile } from "../src/policy/model_file";
import { modelBytes } from "./pocket";

const definitions = import.meta.glob<unknown>("../experiments/*/experiment.json", {
  eager: true,
  import: "default",
});
const summaries = import.meta.glob<Summary>("../experiments/*/summary.json", { import: "default" });
const results = import.meta.glob<string>("../experiments/*/results.jsonl", {
  query: "?raw",
  import: "default",
});
const rates = import.meta.glob<TunedRates>("../experiments/tuning/rates.json", {
  eager: true,
  import: "default",
});

const pathOf = (name: string, file: string) => `../experiments/${name}/${file}`;

export const experimentNames = Object.keys(definitions).map((path) => path.split("/")[2]).sort(); // prettier-ignore

/** Those that have runs of their own, and do not ask something else of those of another experiment. */
export const experimentsWithRuns = experimentNames.filter(
  (name) => readExperiment(definitions[pathOf(name, "experiment.json")], name).resultsOf === undefined,
);

export interface PublishedExperiment {
  readonly definition: Experiment;
  readonly results: readonly UnitResult[];
  /** Null before it was run to its end. */
  readonly summary: Summary | null;
  readonly units: readonly (Unit | WaitingUnit)[];
}

export async function published(name: string): Promise<PublishedExperiment> {
  const definition = readExperiment(definitions[pathOf(name, "experiment.json")], name);
  const models = new Map<string, string | null>();
  for (const model of new Set(definition.parts.flatMap((part) => part.models)))
    models.set(model, (await publishedModel(model))?.sha256 ?? null);
  return {
    definition,
    results: readResults((await results[pathOf(definition.resultsOf ?? name, "results.jsonl")]?.()) ?? ""),
    summary: (await summaries[pathOf(name, "summary.json")]?.()) ?? null,
    units: unitsOf(definition, {
      modelHash: (model) => models.get(model) ?? null,
      rates: Object.values(rates)[0] ?? {},
    }),
  };
}

/** Runs a unit of an experiment's sample again, as far as it goes quickly; null before anything of it was run. */
export async function repeatSample({ results, units }: PublishedExperiment) {
  const { missing } = sortResults(units, results);
  const done = units.filter((unit): unit is Unit => !isWaiting(unit) && !missing.includes(unit));
  if (done.length === 0) return null;
  const [unit] = sampleUnits(done, 1);
  const recorded = results.findLast(({ key }) => key === unit.key)!;
  const model = (await publishedModel(unit.model))!;
  const backend = await CpuBackend.create();
  const { digest, expected } = await repeatUnit(unit, recorded, { backend, model, clock: () => 0 });
  return { digest: `${unitName(unit)}: ${digest}`, expected: `${unitName(unit)}: ${expected}` };
}

const models = new Map<string, Promise<ModelFile | null>>();

/** An embedded model by its name; null where there is none. */
export function publishedModel(name: string): Promise<ModelFile | null> {
  if (!models.has(name)) models.set(name, modelBytes(name).then((bytes) => bytes && readModel(bytes))); // prettier-ignore
  return models.get(name)!;
}
