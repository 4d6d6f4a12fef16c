import { breathe } from "../compute/breathe";
import { CpuBackend } from "../compute/cpu";
import { HerlError } from "../errors";
import type { RunConfig } from "./config";
import type { RunEnvironment, RunOpener } from "./open_run";
import type { PeftFiles } from "../policy/peft";
import { openSession } from "./open_session";
import { recordedStart } from "./start";
import type { RunStore } from "./store";

/** A run that is trained to its end, beside the run that is open. */
export interface TrainingRequest {
  readonly config: RunConfig;
  /** Updates. */
  readonly steps: number;
  /** The stored run whose adapter it starts from, instead of the bare model. */
  readonly from?: string;
}

export interface TrainingProgress {
  /** The run, as it is stored. */
  readonly id: string;
  readonly step: number;
}

export interface TrainedRun {
  readonly id: string;
  readonly digest: string;
}

export interface TrainingOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TrainingProgress) => void;
}

/**
 * Trains a run to its end on a cpu backend of its own and stores it; one that was left half-way is taken up where it
 * stands. Throws STORE_REFUSED where nothing can be stored, and what opening a run throws.
 */
export async function trainStored(
  opener: RunOpener,
  { store: opening, lock }: Pick<RunEnvironment, "store" | "lock">,
  { config, steps, from }: TrainingRequest,
  { signal, onProgress }: TrainingOptions,
): Promise<TrainedRun> {
  const store = await opening;
  if (!store)
    throw new HerlError(
      "STORE_REFUSED",
      "Nothing can be stored in this browser, and what is trained here would be lost",
      "Allow the page to store data",
    );
  const model = await opener.model(config.model);
  const start = await opener.startAt(from, model);
  const { id, release, recorded } = await take(store, lock, { config, steps, start });
  let backend: CpuBackend | null = null;
  try {
    const tasks = await opener.tasksOf(config);
    const journal = store.journal(id);
    backend = await CpuBackend.create();
    const { session, manifest } = await openSession({
      backend,
      model,
      config,
      journal,
      recorded,
      tasks,
      start,
    });
    await journal.begin(manifest);
    if (recorded) await session.resume();
    for await (const event of session.run(steps, { signal })) {
      if (event.type === "step" || event.type === "evaluation") onProgress({ id, step: session.step });
      await breathe(signal);
    }
    return { id, digest: session.digest };
  } finally {
    backend?.destroy();
    release();
  }
}

interface Wanted {
  readonly config: RunConfig;
  readonly steps: number;
  readonly start: PeftFiles | undefined;
}

/**
 * The stored run of exactly this configuration and start on the cpu that has got furthest, no further than `steps` and open nowhere
 * else; a new one where there is none. Its lock is taken.
 */
async function take(store: RunStore, lock: RunEnvironment["lock"], { config, steps, start }: Wanted) {
  const wanted = JSON.stringify(config);
  const wantedStart = start && recordedStart(start).sha256;
  const begun = (await store.list())
    .filter(({ manifest, steps: done }) => manifest.backend.backend === "cpu" && done <= steps)
    .filter(
      ({ manifest }) => JSON.stringify(manifest.config) === wanted && manifest.start?.sha256 === wantedStart,
    )
    .sort((a, b) => b.steps - a.steps);
  for (const { id } of begun) {
    const release = await lock(id);
    if (release) return { id, release, recorded: await store.manifest(id) };
  }
  const id = crypto.randomUUID();
  return { id, release: (await lock(id)) ?? (() => {}), recorded: undefined };
}
