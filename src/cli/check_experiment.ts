import { HerlError } from "../errors";
import type { Experiment } from "../experiments/experiment";
import { reportFiles } from "../experiments/report/report";
import { sortResults } from "../experiments/results";
import { repeatUnit } from "../experiments/run_unit";
import { sampleUnits } from "../experiments/sample_units";
import { summarize } from "../experiments/summarize";
import { isWaiting, unitName, type Unit, type WaitingUnit } from "../experiments/units";
import type { ExperimentFolder } from "./experiment_folder";
import { unitMachine } from "./unit_server";

export interface CheckOptions {
  readonly definition: Experiment;
  readonly units: readonly (Unit | WaitingUnit)[];
  /** Units that are run again. */
  readonly sample: number;
}

/**
 * Checks what is committed of an experiment: that each result is of a unit of the definition, that the summary follows
 * from the results, and that `sample` units run again give their digests. Throws EXPERIMENT_DIFFERS naming what differs.
 */
export async function checkExperiment(
  folder: ExperimentFolder,
  { definition, units, sample }: CheckOptions,
): Promise<void> {
  const sorted = sortResults(units, folder.results());
  const problems = sorted.stale.map((result) => `the result of ${unitName(result)} is of another definition`);
  const summary = summarize(definition, sorted.results, units.length);
  if (JSON.stringify(summary) !== JSON.stringify(folder.summary()))
    problems.push("summary.json does not follow from results.jsonl");
  for (const path of folder.reportDifferences(reportFiles({ experiment: definition, summary })))
    problems.push(`${path} does not follow from results.jsonl`);
  const done = units.filter((unit): unit is Unit => !isWaiting(unit) && !sorted.missing.includes(unit));
  for (const unit of sampleUnits(done, sample)) {
    const recorded = sorted.results.find(({ key }) => key === unit.key)!;
    const { steps, digest, expected } = await repeatUnit(unit, recorded, await unitMachine(unit));
    if (digest === expected) console.log(`${unitName(unit)}: ${steps} updates, digest ${digest}: reproduced`);
    else problems.push(`${unitName(unit)} has digest ${digest} after ${steps} updates, not ${expected}`);
  }
  if (problems.length > 0)
    throw new HerlError(
      "EXPERIMENT_DIFFERS",
      `${definition.name}: ${problems.join("; ")}`,
      `Run \`npx herl experiment ${definition.name}\` and commit what comes out, or find what changed`,
    );
  console.log(`${definition.name}: ${sorted.results.length} of ${units.length} units, summary as computed`);
}
