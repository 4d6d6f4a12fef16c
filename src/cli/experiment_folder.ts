import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bytesToHex } from "@noble/hashes/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { HerlError } from "../errors";
import type { Experiment, Summary, UnitResult } from "../experiments/experiment";
import { readExperiment } from "../experiments/read_experiment";
import { readResults } from "../experiments/results";
import {
  unitsOf,
  type Surroundings,
  type TunedRates,
  type Unit,
  type WaitingUnit,
} from "../experiments/units";
import { readBytes, readText, toLines, writeBytes } from "./files";
import { modelPath, projectRoot } from "./model";

const root = (): string => join(projectRoot(), "experiments");

/** Names of the experiments, in alphabetical order. */
export const experimentNames = (): string[] =>
  readdirSync(root())
    .filter((name) => existsSync(join(root(), name, "experiment.json")))
    .sort();

/** `experiments/NAME`: its definition, and what came out of it. Throws EXPERIMENT_MISSING and FILE_FORMAT. */
export class ExperimentFolder {
  readonly definition: Experiment;
  private readonly path: string;
  private readonly out: string;

  /** What comes out is read and written in `out` where that is another folder than its own. */
  constructor(name: string, out?: string) {
    this.path = join(root(), name);
    this.out = out ?? this.path;
    if (!experimentNames().includes(name)) {
      throw new HerlError(
        "EXPERIMENT_MISSING",
        `There is no experiment called ${name}`,
        `Choose one of ${experimentNames().join(", ")}`,
      );
    }
    this.definition = readExperiment(JSON.parse(readText(join(this.path, "experiment.json"))), name);
  }

  /** The lines of `results.jsonl`; none before anything was run. */
  results(): UnitResult[] {
    const path = join(this.out, "results.jsonl");
    return existsSync(path) ? readResults(readFileSync(path, "utf8")) : [];
  }

  /** Adds one line, whole or (killed in the midst of it) as a last line that `results` leaves out. */
  append(result: UnitResult): void {
    const path = join(this.out, "results.jsonl");
    if (existsSync(path)) appendFileSync(path, toLines([result]));
    else writeBytes(path, toLines([result]));
  }

  /** Puts other lines in the place of all. */
  replaceResults(results: readonly UnitResult[]): void {
    replace(join(this.out, "results.jsonl"), toLines(results));
  }

  summary(): Summary | null {
    const path = join(this.out, "summary.json");
    return existsSync(path) ? (JSON.parse(readText(path)) as Summary) : null;
  }

  writeSummary(summary: Summary): void {
    replace(join(this.out, "summary.json"), summaryText(summary));
  }
}

/** JSON with a line for each arm and each claim, so that a change of one is a change of its line. */
function summaryText({ arms, claims, ...totals }: Summary): string {
  const list = (values: readonly unknown[]) => `[\n${values.map((v) => `  ${JSON.stringify(v)}`).join(",\n")}\n ]`;
  const head = JSON.stringify(totals).slice(0, -1);
  return `${head},\n "arms": ${list(arms)},\n "claims": ${list(claims)}\n}\n`;
}

function replace(path: string, text: string): void {
  writeBytes(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

const ratesPath = (): string => join(root(), "tuning/rates.json");

/** The rates that the experiment `tuning` found; none before it was run. */
export const readRates = (): TunedRates =>
  existsSync(ratesPath()) ? (JSON.parse(readText(ratesPath())) as TunedRates) : {};

export const writeRates = (rates: TunedRates): void =>
  writeFileSync(ratesPath(), `${JSON.stringify(rates, null, 2)}\n`);

/** The units of an experiment on this machine: its models, and the rates tuned so far. */
export function unitsHere(experiment: Experiment): (Unit | WaitingUnit)[] {
  const hashes = new Map<string, string | null>();
  const modelHash: Surroundings["modelHash"] = (name) => {
    if (!hashes.has(name))
      hashes.set(name, existsSync(modelPath(name)) ? bytesToHex(sha256(readBytes(modelPath(name)))) : null);
    return hashes.get(name)!;
  };
  return unitsOf(experiment, { modelHash, rates: readRates() });
}
