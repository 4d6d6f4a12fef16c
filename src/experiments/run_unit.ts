import type { Backend } from "../compute/backend";
import type { ModelFile } from "../policy/model_file";
import { extendDigest } from "../runs/digest";
import type { EvaluationRow } from "../runs/evaluate";
import { codeVersion } from "../runs/manifest";
import type { MetricsRow } from "../runs/metrics";
import { openSession, type OpenSession } from "../runs/open_session";
import { noJournal } from "../runs/replay";
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

/** Where what was trained is kept, so that other probes, and units that start from it, need not train it again. */
export interface TrainingStore {
  /** Puts the trained adapter on the session's policy; null, and nothing done, where it is not kept. */
  load(unit: Unit, open: OpenSession): Trained | null;
  save(unit: Unit, open: OpenSession, trained: Trained): Promise<void>;
}

const keepNothing: TrainingStore = { load: () => null, save: () => Promise.resolve() };

/** Trains a unit, unless `store` has it, and probes it: its result. Rejects as training and sampling do. */
export async function runUnit(
  unit: Unit,
  machine: UnitMachine,
  store: TrainingStore = keepNothing,
): Promise<UnitResult> {
  const { open, trained } = await trainOrLoad(unit, machine, store);
  return probeUnit(unit, trained, open, machine);
}

async function trainOrLoad(unit: Unit, machine: UnitMachine, store: TrainingStore) {
  const open = await openUnit(unit, machine, store);
  const kept = store.load(unit, open);
  const trained = kept ?? (await trainUnit(unit, open, machine.clock));
  if (!kept) await store.save(unit, open, trained);
  return { open, trained };
}

/** A unit's session before its first update. */
async function openUnit(unit: Unit, machine: UnitMachine, store: TrainingStore): Promise<OpenSession> {
  const { backend, model, clock } = machine;
  const open = await openSession({ backend, model, config: unit.config, journal: noJournal(), clock });
  if (unit.after) {
    const before = await trainOrLoad(unit.after, machine, store);
    const { parameters } = await before.open.learner.policy.snapshot();
    const { policy } = open.learner;
    policy.restore({ ...(await policy.snapshot()), parameters });
    policy.markReference();
  }
  return open;
}

/** Trains a unit's session for its updates, or for the first `steps` of them. */
async function trainUnit(
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
    evaluations.push(...event.rows.map(withoutIds));
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
  const open = await openUnit(unit, machine, keepNothing);
  const step = Object.keys(recorded.digests)
    .map(Number)
    .find((at) => at > 0);
  const trained = await trainUnit(unit, open, machine.clock, step);
  if (step !== undefined) return { steps: step, digest: trained.digest, expected: recorded.digests[step] };
  const { digest } = await probeUnit(unit, trained, open, machine);
  return { steps: unit.steps, digest, expected: recorded.digest };
}

function withoutIds(row: EvaluationRow): Omit<EvaluationRow, "by_id"> {
  const rest: Omit<EvaluationRow, "by_id"> & { by_id?: unknown } = { ...row };
  delete rest.by_id;
  return rest;
}

const secondsSince = (started: number, clock: () => number): number =>
  Number(((clock() - started) / 1000).toFixed(2));
