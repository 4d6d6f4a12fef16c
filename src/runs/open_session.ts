import type { Backend } from "../compute/backend";
import { batchShapes } from "../compute/batch_shape";
import { HerlError } from "../errors";
import type { ModelFile } from "../policy/model_file";
import type { PeftFiles } from "../policy/peft";
import type { Judge } from "../rubric/judge/judge";
import type { RunConfig } from "./config";
import type { Journal } from "./journal";
import { openLearner, type OpenLearner } from "./learner";
import { makeManifest, type Manifest } from "./manifest";
import { openGrader, recordOnly, type JudgeAccess } from "./open_grader";
import { Session } from "./session";
import { checkStart, recordedStart, startFrom } from "./start";
import { openWorld, type RunTasks } from "./world";

export interface SessionRequest {
  readonly backend: Backend;
  readonly model: ModelFile;
  readonly config: RunConfig;
  readonly journal: Journal;
  /** The manifest of the run that is continued or replayed: its batches, tiles and changes of the rubric count. */
  readonly recorded?: Manifest;
  /** For a run on a task file. */
  readonly tasks?: RunTasks;
  /** The adapter to start from, instead of the bare model. */
  readonly start?: PeftFiles;
  /** How a judge is reached; without it the run has only the verdicts of its record. */
  readonly judge?: JudgeAccess;
  /** Milliseconds, for step times only. */
  readonly clock?: () => number;
}

/** A session with everything it needs, and the manifest that describes it: the recorded one where there is one. */
export interface OpenSession {
  readonly session: Session;
  readonly learner: OpenLearner;
  readonly manifest: Manifest;
  /** Null where the run has none. */
  readonly judge: Judge | null;
}

/**
 * Opens a session. Rejects with RUN_MODEL_CHANGED when the recorded run was made with another model file, with
 * RUN_START_MISSING when it started from another adapter than `start`, and with what `openWorld` and `startFrom` throw.
 */
export async function openSession(request: SessionRequest): Promise<OpenSession> {
  const { backend, model, config, journal, recorded, tasks, start, clock } = request;
  if (recorded && recorded.model.sha256 !== model.sha256) {
    throw new HerlError(
      "RUN_MODEL_CHANGED",
      `The run was made with another file of the model ${config.model}`,
      "Export it with the version of the project that made it, and start a new run",
    );
  }
  if (recorded) checkStart(recorded.start, start);
  const tile = recorded?.backend.matmulTile;
  if (tile) backend.setMatmulTile(tile);
  const batchShape = recorded?.batch_shape ?? batchShapes[backend.name];
  const world = openWorld(config, tasks);
  const { grader, scorer, judge } = await openGrader(
    config,
    world,
    journal.judgements,
    request.judge ?? recordOnly,
  );
  const learner = openLearner(backend, model, config, world, { batchShape, grader, scorer });
  if (start) startFrom(learner.policy, config.training, start);
  const manifest = makeManifest({
    ...{ config, batchShape },
    model: { name: config.model, sha256: model.sha256 },
    backend: backend.adapter,
    created: new Date(),
    start: start && recordedStart(start),
  });
  const changes = recorded?.rubric_changes;
  const session = new Session({ config, world, learner, journal, judge, changes, clock });
  return { session, learner, manifest: recorded ?? manifest, judge };
}
