import { HerlError } from "../../errors";
import type { Experiment, UnitResult } from "../../experiments/experiment";
import { readResults } from "../../experiments/results";
import { isWaiting, unitsOf, type TunedRates, type Unit } from "../../experiments/units";
import type { Columns, RunCurves } from "../../runs/run_curves";
import { publishedEntry, type Entry } from "./entries";

/** Definitions and results of `experiments/`, each a file that is fetched when it is asked for. */
const definitions = import.meta.glob<Experiment>("../../../experiments/*/experiment.json", {
  import: "default",
});
const results = import.meta.glob<string>("../../../experiments/*/results.jsonl", {
  query: "?url",
  import: "default",
});
const rates = import.meta.glob<TunedRates>("../../../experiments/tuning/rates.json", { import: "default" });

const folderOf = (path: string): string => path.split("/").at(-2)!;
const entryOf = <T>(files: Record<string, T>, name: string): T | undefined =>
  Object.entries(files).find(([path]) => folderOf(path) === name)?.[1];

/** The names of all published experiments. */
export const publishedNames: readonly string[] = Object.keys(definitions).map(folderOf);

/** A published experiment with its units, those that have no result yet included. */
export interface Published {
  readonly experiment: Experiment;
  readonly entries: readonly Entry[];
  /** What further units wait for, one each: "the tuned rate of rlvr on pocket". */
  readonly waiting: readonly string[];
}

/** Fetches an experiment. Throws FILE_MISSING for one that is not there, or that could not be fetched. */
export async function fetchPublished(name: string): Promise<Published> {
  const define = entryOf(definitions, name);
  if (!define)
    throw new HerlError(
      "FILE_MISSING",
      `There is no published experiment called ${name}`,
      `Choose one of ${publishedNames.join(", ")}`,
    );
  try {
    const experiment = await define();
    const [lines, tuned] = await Promise.all([fetchResults(experiment), Object.values(rates)[0]?.() ?? {}]);
    return publishedOf(experiment, lines, tuned);
  } catch (cause) {
    throw new HerlError(
      "FILE_MISSING",
      `The experiment ${name} could not be fetched`,
      "Check the connection and choose it again",
      { cause },
    );
  }
}

/** Fetches the lines of an experiment's results; none before it was run. Rejects where they could not be fetched. */
export async function fetchResults({ name, resultsOf }: Experiment): Promise<UnitResult[]> {
  const address = await entryOf(results, resultsOf ?? name)?.();
  if (!address) return [];
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status}`);
  return readResults(await response.text());
}

/** The units of an experiment beside their results. Keys are of model files, which the page need not have: names decide. */
export function publishedOf(
  experiment: Experiment,
  lines: readonly UnitResult[],
  tuned: TunedRates,
): Published {
  const units = unitsOf(experiment, { modelHash: (name) => name, rates: tuned });
  const known = new Map(lines.map((line) => [nameOf(line), line]));
  const { parts } = experiment;
  const part = (unit: Unit) => parts.findIndex(({ name }) => name === unit.part);
  const model = (unit: Unit) => parts[part(unit)].models.indexOf(unit.model);
  // Arms of one part and model stand together: they are what is compared, and neighbours look most unlike.
  const ready = units
    .filter((unit): unit is Unit => !isWaiting(unit))
    .sort((a, b) => part(a) - part(b) || model(a) - model(b));
  const waiting = units.filter(isWaiting);
  return {
    experiment,
    entries: ready.map((unit) => publishedEntry(unit, known.get(nameOf(unit)) ?? null)),
    waiting: waiting.map(({ waitsFor }) => waitsFor),
  };
}

const nameOf = ({ part, arm, model, seed }: Pick<Unit, "part" | "arm" | "model" | "seed">): string =>
  JSON.stringify([part, arm, model, seed]);

/** The curves of a published run. Updates that its results leave out count for its seconds all the same. */
export function publishedCurves({ curve, evaluations }: UnitResult): RunCurves {
  const steps = curve["step"] ?? [];
  let seconds = 0;
  const times = (curve["step_time"] ?? []).map(
    (time, i) => (seconds += (time ?? 0) * (steps[i]! - (i > 0 ? steps[i - 1]! : 0))),
  );
  const columns: Columns = { ...curve, seconds: times };
  return { columns, evaluations };
}

/** Whether a run that was made here ended as the published one did; null where that cannot be told. */
export function isReproduced({ steps }: Unit, result: UnitResult, digest: string): boolean | null {
  const known = Object.values(result.probes).length === 0 ? result.digest : null;
  const expected = result.digests[String(steps)] ?? known;
  return expected === null ? null : expected === digest;
}
