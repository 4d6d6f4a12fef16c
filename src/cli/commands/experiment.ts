import { availableParallelism } from "node:os";
import { join } from "node:path";
import { HerlError } from "../../errors";
import type { Experiment, UnitResult } from "../../experiments/experiment";
import { reportFiles } from "../../experiments/report/report";
import { resultOf, sortResults } from "../../experiments/results";
import { summarize } from "../../experiments/summarize";
import { tunedRates } from "../../experiments/tuned_rates";
import { isWaiting, unitName, type Unit, type WaitingUnit } from "../../experiments/units";
import { integer, text, UsageError, type Command } from "../arguments";
import { checkExperiment } from "../check_experiment";
import { ExperimentFolder, experimentNames } from "../experiment_folder";
import { projectRoot } from "../model";
import { runUnits } from "../unit_pool";

export const experiment: Command = {
  name: "experiment",
  summary:
    "Runs what is missing of a published experiment and writes its results and their summary; without a name, lists all.",
  positionals: ["[NAME]"],
  options: {
    check: {
      type: "boolean",
      description: "Run nothing new: check results, summary, and the digests of a sample of units run again",
    },
    sample: {
      type: "string",
      value: "K",
      default: "1",
      description: "With --check: units that are run again",
    },
    only: {
      type: "string",
      value: "PART[/ARM]",
      description: "Only the units of this part, or of this arm of it",
    },
    jobs: {
      type: "string",
      value: "N",
      default: String(availableParallelism()),
      description: "Units at the same time",
    },
    quick: {
      type: "boolean",
      description:
        "Two seeds of one model, into build/experiments/quick: a first look that changes no results",
    },
    again: { type: "boolean", description: "Run units that have a result once more" },
    in: { type: "string", value: "DIR", description: "Folder of experiments (default: the project's own)" },
  },
  async run(values, [name]) {
    const root = text(values, "in") ?? join(projectRoot(), "experiments");
    const build = text(values, "in") ? join(root, ".build") : join(projectRoot(), "build/experiments");
    if (name === undefined) return list(root);
    const quick = values["quick"] === true;
    const out = quick ? join(build, "quick", name) : undefined;
    const folder = new ExperimentFolder(root, name, out);
    const definition = quick ? quickly(folder.definition) : folder.definition;
    const units = folder.units(definition);
    const { resultsOf } = definition;
    const running = ["only", "again", "quick"].filter((option) => values[option]);
    if (resultsOf !== undefined && running.length > 0) {
      throw new UsageError(
        `${name} runs nothing itself: give --${running[0]} to \`herl experiment ${resultsOf}\`, whose results it reads`,
      );
    }
    if (values["check"])
      return checkExperiment(folder, { definition, units, sample: integer(values, "sample") });
    const wanted = units.filter(chosen(text(values, "only"), definition));
    if (resultsOf !== undefined) return finish(folder, definition, units);
    const stop = new AbortController();
    process.once("SIGINT", () => stop.abort());
    const failed = await runMissing(folder, units, wanted, {
      jobs: integer(values, "jobs", { min: 1 }),
      again: values["again"] === true,
      known: resultsElsewhere(root),
      ...{ kept: build, signal: stop.signal },
    });
    finish(folder, definition, units);
    if (failed === 0 && !stop.signal.aborted) return;
    throw new HerlError(
      "EXPERIMENT_FAILED",
      failed > 0 ? `Units that failed: ${failed}` : "It was stopped",
      failed > 0 ? "Mend what the lines above say, and run the command again" : "The same command goes on",
    );
  },
};

function list(root: string): void {
  for (const name of experimentNames(root)) {
    const folder = new ExperimentFolder(root, name);
    const units = folder.units(folder.definition);
    const { results } = sortResults(units, folder.results());
    console.log(
      `${name.padEnd(18)} ${results.length} of ${units.length} units  ${folder.definition.question}`,
    );
  }
}

/** Two seeds of one model. */
const quickly = (definition: Experiment): Experiment => ({
  ...definition,
  parts: definition.parts.map((part) => ({
    ...part,
    models: part.models.slice(0, 1),
    seeds: part.seeds.slice(0, 2),
  })),
});

/** What `--only` lets through. Throws EXPERIMENT_MISSING for a part or an arm that is not there. */
function chosen(only: string | undefined, { parts }: Experiment) {
  if (only === undefined) return () => true;
  const part = parts.find((p) => only === p.name || only.startsWith(`${p.name}/`));
  const arm = part && only.slice(part.name.length + 1);
  if (!part || (arm && !part.arms.some((a) => a.name === arm))) {
    const names = part ? part.arms.map((a) => `${part.name}/${a.name}`) : parts.map((p) => p.name);
    throw new HerlError(
      "EXPERIMENT_MISSING",
      `There is no ${only} in it`,
      `Choose one of ${names.join(", ")}`,
    );
  }
  return (unit: Pick<Unit, "part" | "arm">) => unit.part === part.name && (!arm || unit.arm === arm);
}

interface RunOptions {
  readonly jobs: number;
  readonly again: boolean;
  /** Folder of what was trained. */
  readonly kept: string;
  /** What is known of units, by key. */
  readonly known: ReadonlyMap<string, UnitResult>;
  readonly signal: AbortSignal;
}

/** Runs the wanted units that have no result, here or in another experiment; returns how many failed. */
async function runMissing(
  folder: ExperimentFolder,
  units: readonly (Unit | WaitingUnit)[],
  wanted: readonly (Unit | WaitingUnit)[],
  { jobs, again, kept, known, signal }: RunOptions,
): Promise<number> {
  const lines = folder.results();
  // A line that was cut off must not become the beginning of the next.
  if (lines.length > 0) folder.replaceResults(lines);
  const present = sortResults(units, lines);
  const ready = wanted.filter((unit): unit is Unit => !isWaiting(unit));
  const missing = again ? ready : ready.filter((unit) => present.missing.includes(unit));
  const shared = again ? [] : missing.filter(({ key }) => known.has(key));
  for (const unit of shared) folder.append(resultOf(unit, known.get(unit.key)!));
  const left = missing.filter((unit) => !shared.includes(unit));
  // Units with the same key are run once; what others are to start from comes first.
  const distinct = left.filter(({ key }, i) => left.findIndex((unit) => unit.key === key) === i);
  // By seed, so that what is done of an experiment that was stopped is of all its arms alike.
  distinct.sort((a, b) => a.seed - b.seed);
  const waves = [distinct.filter((unit) => !unit.after), distinct.filter((unit) => unit.after)];
  tellWaiting(wanted.filter(isWaiting));
  const started = performance.now();
  let [done, failed] = [0, 0];
  for (const wave of waves) {
    if (signal.aborted) break;
    await runUnits(wave, {
      ...{ jobs, kept, again, signal },
      onAnswer(unit, answer) {
        done++;
        if ("error" in answer) {
          failed++;
          console.error(`${unitName(unit)} failed: ${answer.error}`);
          return;
        }
        for (const same of left) if (same.key === unit.key) folder.append(resultOf(same, answer.result));
        const minutes = ((performance.now() - started) / 60000 / done) * (distinct.length - done);
        console.error(
          `${done} of ${distinct.length}  ${unitName(unit)}  ${answer.result.seconds.toFixed(0)} s  ${minutes.toFixed(0)} min left`,
        );
      },
    });
  }
  return failed;
}

/** What is known of units of all experiments of a folder, by key. */
const resultsElsewhere = (root: string): Map<string, UnitResult> =>
  new Map(
    experimentNames(root).flatMap((name) => {
      const folder = new ExperimentFolder(root, name);
      // What reads another's results has none to add.
      const own = folder.definition.resultsOf === undefined ? folder.results() : [];
      return own.map((result): [string, UnitResult] => [result.key, result]);
    }),
  );

function tellWaiting(waiting: readonly WaitingUnit[]): void {
  for (const what of new Set(waiting.map(({ waitsFor }) => waitsFor)))
    console.error(
      `${waiting.filter(({ waitsFor }) => waitsFor === what).length} units wait for ${what}: see docs/experiments.md`,
    );
}

/**
 * Puts results in the order of the definition and writes what follows from them. Of an experiment whose runs are
 * another's, the results stay as they are.
 */
function finish(
  folder: ExperimentFolder,
  definition: Experiment,
  units: readonly (Unit | WaitingUnit)[],
): void {
  const { results, stale } = sortResults(units, folder.results());
  if (stale.length > 0) console.error(`${stale.length} results of another definition are left out`);
  const { resultsOf } = definition;
  if (resultsOf === undefined) folder.replaceResults(results);
  else
    console.error(
      `Its runs are those of ${resultsOf}: \`npx herl experiment ${resultsOf}\` runs what is missing`,
    );
  const summary = summarize(definition, results, units.length);
  folder.writeSummary(summary);
  folder.writeReport(reportFiles({ experiment: definition, summary }));
  if (results.length === units.length)
    for (const { id, difference } of summary.claims)
      if (difference.n === 0) console.error(`claim ${id}: no pair of units has the numbers that it compares`);
  if (definition.name === "tuning") folder.writeRates(tunedRates(definition, results));
  console.error(`${results.length} of ${units.length} units done`);
}
