import type { Backend } from "../compute/backend";
import type { ModelFile } from "../policy/model_file";
import type { PeftFiles } from "../policy/peft";
import { extendDigest } from "../runs/digest";
import type { EvaluationRow } from "../runs/evaluate";
import { codeVersion } from "../runs/manifest";
import type { MetricsRow } from "../runs/metrics";
import { openSession, type OpenSession } from "../runs/open_session";
import { noJournal } from "../runs/replay";
import { adapterOf } from "../runs/start";
import { openWorld } from "../runs/world";
import type { UnitResult } from "./experiment";
import { runProbe } from "./probes";
import { thinCurve } from "./thin_curve";
import type { Unit } from "./units";

export interface UnitMachine {
  readonly backend: Backend;
  readonly model: ModelFile;
  /** Milliseconds, for times only: of the processor where it can be had, so that a busy machine counts the same. */
  readonly clock: () => number;
}

/** What training a unit leaves, besides its policy. */
export type Trained = Pick<UnitResult, "digest" | "digests" | "seconds" | "curve" | "evaluations">;

export interface KeptTraining {
  readonly trained: Trained;
  readonly adapter: PeftFiles;
}

/** Where what was trained is kept, so that other probes, and units that start from it, need not train it again. */
export interface TrainingStore {
  /** Null where it is not kept. */
  load(unit: Unit): KeptTraining | null;
  save(unit: Unit, kept: KeptTraining): void;
}

const keepNothing: TrainingStore = { load: () => null, save: () => {} };

/**
 * Trains a unit, unless `store` has it, and probes it: its result. Rejects as training and sampling do, and with
 * ADAPTER_MISMATCH for a unit that starts from one which trains no adapter of its shape.
 */
export async function runUnit(
  unit: Unit,
  machine: UnitMachine,
  store: TrainingStore = keepNothing,
): Promise<UnitResult> {
  const kept = store.load(unit);
  if (kept) {
    const open = await openUnit(unit, machine, kept.adapter);
    return probeUnit(unit, kept.trained, open, machine);
  }
  const { open, trained } = await train(unit, machine, store);
  return probeUnit(unit, trained, open, machine);
}

async function train(unit: Unit, machine: UnitMachine, store: TrainingStore) {
  const open = await openUnit(unit, machine, await startOf(unit, machine, store));
  const trained = await trainSession(unit, open, machine.clock);
  const adapter = await adapterOf(open.learner.policy.model, unit.config);
  if (adapter) store.save(unit, { trained, adapter });
  return { open, trained, adapter };
}

/** The adapter that a unit starts from: that of another unit at its end. */
async function startOf(
  { after }: Unit,
  machine: UnitMachine,
  store: TrainingStore,
): Promise<PeftFiles | undefined> {
  if (!after) return undefined;
  return store.load(after)?.adapter ?? (await train(after, machine, store)).adapter ?? undefined;
}

const openUnit = ({ config }: Unit, machine: UnitMachine, start?: PeftFiles): Promise<OpenSession> => {
  const { backend, model, clock } = machine;
  return openSession({ backend, model, config, journal: noJournal(), start, clock });
};

/** Trains a unit's session for its updates, or for the first `steps` of them. */
async function trainSession(
  unit: Unit,
  { session }: OpenSession,
  clock: UnitMachine["clock"],
  steps = unit.steps,
): Promise<Trained> {
  const started = clock();
  const digests: Record<string, string> = {};
  const metrics: MetricsRow[] = [];
  const evaluations: UnitResult["evaluations"][number][] = [];
  for await (const event of session.run(steps)) {
    if (event.type === "step") metrics.push(event.metrics);
    if (event.type !== "evaluation") continue;
    evaluations.push(...event.rows.map(withoutDetails));
    digests[session.step] = session.digest;
  }
  const curve = thinCurve(metrics, unit.config.evaluation.every);
  return { digest: session.digest, digests, seconds: secondsSince(started, clock), curve, evaluations };
}

async function probeUnit(
  unit: Unit,
  trained: Trained,
  { learner }: OpenSession,
  machine: UnitMachine,
): Promise<UnitResult> {
  const { clock } = machine;
  const started = clock();
  const world = openWorld(unit.config);
  const explorer = { ...learner, endIds: machine.model.tokenizer.endIds };
  const probes: Record<string, number> = {};
  for (const probe of unit.probes) Object.assign(probes, await runProbe(probe, explorer, world, unit.config));
  const { key, part, arm, model, seed } = unit;
  return {
    ...{ key, part, arm, model, seed, code_version: codeVersion },
    digest: unit.probes.length === 0 ? trained.digest : extendDigest(trained.digest, Object.entries(probes)),
    digests: trained.digests,
    seconds: Number((trained.seconds + secondsSince(started, clock)).toFixed(2)),
    curve: trained.curve,
    evaluations: trained.evaluations,
    probes,
  };
}

/**
 * Runs a unit again as far as its first evaluation after an update (the whole unit where there is none) and returns the
 * digest there beside the recorded one.
 */
export async function repeatUnit(
  unit: Unit,
  recorded: UnitResult,
  machine: UnitMachine,
): Promise<{ steps: number; digest: string; expected: string }> {
  const open = await openUnit(unit, machine, await startOf(unit, machine, keepNothing));
  const step = Object.keys(recorded.digests)
    .map(Number)
    .find((at) => at > 0);
  const trained = await trainSession(unit, open, machine.clock, step);
  if (step !== undefined) return { steps: step, digest: trained.digest, expected: recorded.digests[step] };
  const { digest } = await probeUnit(unit, trained, open, machine);
  return { steps: unit.steps, digest, expected: recorded.digest };
}

type Evaluation = UnitResult["evaluations"][number];

const withoutDetails = (row: EvaluationRow): Evaluation =>
  Object.fromEntries(
    Object.entries(row).filter(([name]) => name !== "by_id" && name !== "solved"),
  ) as unknown as Evaluation;

const secondsSince = (started: number, clock: () => number): number =>
  Number(((clock() - started) / 1000).toFixed(2));
