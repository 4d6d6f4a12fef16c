import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { HerlError } from "../errors";
import type { Judgements } from "../rubric/judge/judgements";
import type { PolicySnapshot } from "../policy/policy";
import type { EvaluationRow } from "../runs/evaluate";
import type { FailureRecord } from "../runs/failure_records";
import type { FailureLog } from "../runs/failure_report";
import type { Checkpoint, Journal, RecordedRun, RunProgress, StepLines } from "../runs/journal";
import { checkManifest, type Manifest } from "../runs/manifest";
import type { MetricsRow } from "../runs/metrics";
import type { PeftFiles } from "../policy/peft";
import { readAdapterFiles, writeAdapter } from "./adapter_files";
import type { RolloutRecord } from "../runs/records";
import { judgementFile } from "./judgement_file";
import { readLines, readText, toLines, writeBytes } from "./files";

const lineFiles = ["metrics.jsonl", "eval.jsonl", "rollouts.jsonl", "failures.jsonl"] as const;
const tensorFiles = ["parameters", "firstMoments", "secondMoments"] as const;

/**
 * A run as a folder (the contract's layout). Lines are appended as the run goes; the checkpoint is replaced in one
 * rename after them, and decides what counts: lines later than it are dropped on resume.
 */
export class RunFolder implements Journal {
  readonly path: string;
  private judged: Judgements | null = null;

  constructor(path: string) {
    this.path = path;
  }

  private file(...names: string[]): string {
    return join(this.path, ...names);
  }

  get exists(): boolean {
    return existsSync(this.file("manifest.json"));
  }

  /** The folder keeps `tasks`, the lines of a run on a task file, and `start`, the adapter that the run starts from. */
  async begin(manifest: Manifest, tasks?: string, start?: PeftFiles): Promise<void> {
    if (this.exists) {
      throw new HerlError(
        "RUN_EXISTS",
        `${this.path} already holds a run`,
        "Add --resume to continue it, or choose another folder",
      );
    }
    mkdirSync(this.path, { recursive: true });
    if (tasks !== undefined) writeFileSync(this.file("tasks.jsonl"), tasks);
    if (start) writeAdapter(this.file("start"), start);
    await this.amend(manifest);
    for (const name of lineFiles) writeFileSync(this.file(name), "");
  }

  async amend(manifest: Manifest): Promise<void> {
    writeFileSync(this.file("manifest.json.new"), `${JSON.stringify(manifest, null, 2)}\n`);
    renameSync(this.file("manifest.json.new"), this.file("manifest.json"));
  }

  readManifest(): Manifest {
    if (!this.exists) throw new HerlError("RUN_MISSING", `${this.path} holds no run`, "Check the path");
    return checkManifest(JSON.parse(readText(this.file("manifest.json"))) as Partial<Manifest>);
  }

  /** The lines of its tasks, for a run on a task file; null where there are none. */
  readTasks(): string | null {
    return existsSync(this.file("tasks.jsonl")) ? readText(this.file("tasks.jsonl")) : null;
  }

  /** The adapter that the run started from; undefined for a run that started from the bare model. */
  readStart(): PeftFiles | undefined {
    return existsSync(this.file("start")) ? readAdapterFiles(this.file("start")) : undefined;
  }

  /** The recorded run, for commands that read it. */
  read(): RecordedRun {
    return {
      manifest: this.readManifest(),
      metrics: readLines<MetricsRow & Record<string, unknown>>(this.file("metrics.jsonl")),
      evaluations: readLines<EvaluationRow & Record<string, unknown>>(this.file("eval.jsonl")),
    };
  }

  /** Every response of the run. */
  rollouts(): RolloutRecord[] {
    return readLines<RolloutRecord & Record<string, unknown>>(this.file("rollouts.jsonl"));
  }

  /** What is recorded about items, update by update. */
  failures(): FailureLog[] {
    const lines = readLines<FailureRecord & Record<string, unknown>>(this.file("failures.jsonl"));
    const log = this.read().metrics.map((metrics) => ({ metrics, failures: [] as FailureRecord[] }));
    for (const line of lines) log[line.step - 1]?.failures.push(line);
    return log;
  }

  async resume(): Promise<Checkpoint | null> {
    if (!this.exists) return null;
    const checkpoint = this.readCheckpoint();
    const { step, evaluated } = checkpoint?.progress ?? { step: 0, evaluated: false };
    for (const name of lineFiles) {
      // An evaluation comes after its step's metrics, and may be missing or not yet acknowledged.
      const keeps = (line: { step: number }) =>
        line.step < step || (line.step === step && (name !== "eval.jsonl" || evaluated));
      const lines = completeLines<{ step: number }>(this.file(name)).filter(keeps);
      writeFileSync(this.file(name), toLines(lines));
    }
    return checkpoint;
  }

  async saveStep({ metrics, rollouts, failures }: StepLines, checkpoint: Checkpoint | null): Promise<void> {
    appendFileSync(this.file("rollouts.jsonl"), toLines(rollouts));
    appendFileSync(this.file("failures.jsonl"), toLines(failures));
    appendFileSync(this.file("metrics.jsonl"), toLines([metrics]));
    if (checkpoint) this.writeCheckpoint(checkpoint);
  }

  async saveEvaluation(rows: readonly EvaluationRow[], progress: RunProgress): Promise<void> {
    appendFileSync(this.file("eval.jsonl"), toLines(rows));
    const current = this.readCheckpoint();
    if (current?.progress.step === progress.step) this.writeCheckpoint({ ...current, progress });
  }

  async saveSnapshot(step: number, parameters: Float32Array<ArrayBuffer>): Promise<void> {
    writeBytes(
      this.file("snapshots", `step-${String(step).padStart(6, "0")}.f32`),
      new Uint8Array(parameters.buffer),
    );
  }

  /** `judgements.jsonl`: a line an answer, appended as they come. */
  get judgements(): Judgements {
    return (this.judged ??= judgementFile(this.file("judgements.jsonl"), { undecided: true }));
  }

  private writeCheckpoint({ progress, policy, best }: Checkpoint): void {
    const fresh = this.file("checkpoint.new");
    rmSync(fresh, { recursive: true, force: true });
    if (best) writePolicy(join(fresh, "best"), best);
    writePolicy(fresh, policy);
    const optimizer = { optimizerSteps: policy.steps, ...(best && { bestOptimizerSteps: best.steps }) };
    // Last: a folder with it is complete.
    writeBytes(join(fresh, "progress.json"), JSON.stringify({ ...progress, ...optimizer }));
    rmSync(this.file("checkpoint"), { recursive: true, force: true });
    renameSync(fresh, this.file("checkpoint"));
  }

  /** What resuming would start from, without dropping any record. */
  readCheckpoint(): Checkpoint | null {
    // Killed between removing the old checkpoint and renaming the new one: the new one is complete.
    const folder = ["checkpoint", "checkpoint.new"]
      .map((name) => this.file(name))
      .find((path) => existsSync(join(path, "progress.json")));
    if (!folder) return null;
    const { optimizerSteps, bestOptimizerSteps, ...progress } = JSON.parse(
      readText(join(folder, "progress.json")),
    ) as RunProgress & { optimizerSteps: number; bestOptimizerSteps?: number };
    return {
      ...{ progress, policy: readPolicy(folder, optimizerSteps) },
      ...(bestOptimizerSteps !== undefined && { best: readPolicy(join(folder, "best"), bestOptimizerSteps) }),
    };
  }
}

function writePolicy(folder: string, policy: PolicySnapshot): void {
  for (const name of tensorFiles)
    writeBytes(join(folder, `${name}.f32`), new Uint8Array(policy[name].buffer));
}

function readPolicy(folder: string, steps: number): PolicySnapshot {
  const [parameters, firstMoments, secondMoments] = tensorFiles.map((name) =>
    readFloats(join(folder, `${name}.f32`)),
  );
  return { parameters, firstMoments, secondMoments, steps };
}

const readFloats = (path: string): Float32Array<ArrayBuffer> =>
  new Float32Array(Uint8Array.from(readFileSync(path)).buffer);

/** The lines of a file of records; a last one that was cut off when the process was killed is left out. */
function completeLines<T>(path: string): T[] {
  const lines = readText(path).split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line) as T);
}
