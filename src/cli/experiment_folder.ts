import { appendFileSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { bytesToHex } from "@noble/hashes/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { HerlError } from "../errors";
import type { Experiment, Summary, UnitResult } from "../experiments/experiment";
import { readExperiment } from "../experiments/read_experiment";
import { readResults } from "../experiments/results";
import { unitsOf, type TunedRates, type Unit, type WaitingUnit } from "../experiments/units";
import { readBytes, readText, toLines, writeBytes } from "./files";
import { modelPath } from "./model";

/** Names of the experiments in a folder of experiments, in alphabetical order. */
export const experimentNames = (root: string): string[] =>
  !existsSync(root)
    ? []
    : readdirSync(root)
        .filter((name) => existsSync(join(root, name, "experiment.json")))
        .sort();

/** One of them: its definition, and what came out of it. */
export class ExperimentFolder {
  readonly definition: Experiment;
  private readonly root: string;
  private readonly out: string;
  private readonly resultsPath: string;

  /**
   * `out` is where what comes out is read and written. Throws EXPERIMENT_MISSING, and FILE_FORMAT for a definition that
   * is none.
   */
  constructor(root: string, name: string, out = join(root, name)) {
    requireExperiment(root, name);
    [this.root, this.out] = [root, out];
    this.definition = readExperiment(JSON.parse(readText(join(root, name, "experiment.json"))), name);
    const { resultsOf } = this.definition;
    if (resultsOf !== undefined) requireExperiment(root, resultsOf);
    this.resultsPath = join(resultsOf === undefined ? out : join(dirname(out), resultsOf), "results.jsonl");
  }

  /** The lines of `results.jsonl`, its own or the other experiment's that it reads; none before anything was run. */
  results(): UnitResult[] {
    return existsSync(this.resultsPath) ? readResults(readText(this.resultsPath)) : [];
  }

  /** Adds a line. One that is cut off (the process was killed in the midst of it) is not read again. */
  append(result: UnitResult): void {
    if (existsSync(this.resultsPath)) appendFileSync(this.resultsPath, toLines([result]));
    else writeBytes(this.resultsPath, toLines([result]));
  }

  /** Puts other lines in the place of all. */
  replaceResults(results: readonly UnitResult[]): void {
    replace(this.resultsPath, toLines(results));
  }

  summary(): Summary | null {
    const path = join(this.out, "summary.json");
    return existsSync(path) ? (JSON.parse(readText(path)) as Summary) : null;
  }

  writeSummary(summary: Summary): void {
    replace(join(this.out, "summary.json"), summaryText(summary));
  }

  /** What of a report is not as its files have it; nothing where all is. */
  reportDifferences(files: ReadonlyMap<string, string>): string[] {
    return [...files].flatMap(([path, text]) => {
      const own = join(this.out, path);
      return existsSync(own) && readText(own) === text ? [] : [path];
    });
  }

  /** Writes a report; figures of an older one go. */
  writeReport(files: ReadonlyMap<string, string>): void {
    rmSync(join(this.out, "figures"), { recursive: true, force: true });
    for (const [path, text] of files) writeBytes(join(this.out, path), text);
  }

  /** The units of a definition (its own, or part of it) on this machine: its models, and the rates tuned so far. */
  units(definition: Experiment): (Unit | WaitingUnit)[] {
    const hashes = new Map<string, string | null>();
    const modelHash = (name: string): string | null => {
      if (!hashes.has(name)) hashes.set(name, hashOfFile(modelPath(name)));
      return hashes.get(name)!;
    };
    return unitsOf(definition, { modelHash, rates: this.rates() });
  }

  /** The rates that the experiment `tuning` beside this one found; none before it was run. */
  private rates(): TunedRates {
    const path = join(this.root, "tuning/rates.json");
    return existsSync(path) ? (JSON.parse(readText(path)) as TunedRates) : {};
  }

  writeRates(rates: TunedRates): void {
    replace(join(this.out, "rates.json"), `${JSON.stringify(rates, null, 2)}\n`);
  }
}

function requireExperiment(root: string, name: string): void {
  const names = experimentNames(root);
  if (names.includes(name)) return;
  throw new HerlError(
    "EXPERIMENT_MISSING",
    `There is no experiment called ${name} in ${root}`,
    names.length > 0 ? `Choose one of ${names.join(", ")}` : "Check the path",
  );
}

const hashOfFile = (path: string): string | null =>
  existsSync(path) ? bytesToHex(sha256(readBytes(path))) : null;

function replace(path: string, text: string): void {
  writeBytes(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/** JSON with a line for each arm and each claim, so that a change of one is a change of its line. */
function summaryText({ arms, claims, ...totals }: Summary): string {
  const list = (values: readonly unknown[]) =>
    values.length === 0 ? "[]" : `[\n${values.map((v) => `  ${JSON.stringify(v)}`).join(",\n")}\n ]`;
  const head = JSON.stringify(totals).slice(0, -1);
  return `${head},\n "arms": ${list(arms)},\n "claims": ${list(claims)}\n}\n`;
}
