import { join } from "node:path";
import type { Backend } from "../../compute/backend";
import { batchShapes } from "../../compute/batch_shape";
import { HerlError } from "../../errors";
import { peftFiles, peftNames } from "../../policy/peft";
import type { RunConfig } from "../../runs/config";
import type { Journal } from "../../runs/journal";
import { openLearner, type OpenLearner } from "../../runs/learner";
import { makeManifest, type Manifest } from "../../runs/manifest";
import { Session, type SessionEvent } from "../../runs/session";
import { openWorld } from "../../runs/world";
import { writeBytes } from "../files";
import { openModel } from "../model";

/** A session on a backend with everything it needs, for the commands that run one. */
export interface OpenSession {
  readonly session: Session;
  readonly learner: OpenLearner;
  readonly manifest: Manifest;
}

/** Opens a session for `config`. Throws RUN_MODEL_CHANGED when a recorded run was made with another model file. */
export function openSession(
  backend: Backend,
  config: RunConfig,
  journal: Journal,
  recorded?: Manifest,
): OpenSession {
  const model = openModel(config.model);
  if (recorded && recorded.model.sha256 !== model.sha256) {
    throw new HerlError(
      "RUN_MODEL_CHANGED",
      `The run was made with another file of the model ${config.model}`,
      "Use the version of the project that made the run",
    );
  }
  const world = openWorld(config);
  const learner = openLearner(backend, model, config, world);
  const manifest = makeManifest({
    config,
    model: { name: config.model, sha256: model.sha256 },
    backend: backend.adapter,
    batchShape: batchShapes[backend.name],
    created: new Date(),
  });
  return { session: new Session({ config, world, learner, journal }), learner, manifest };
}

/** Prints progress on standard error. */
export function report(event: SessionEvent): void {
  if (event.type === "step") {
    const { step, reward, entropy, step_time } = event.metrics;
    const gain = event.metrics["hindsight/gain"];
    const numbers = [
      `reward ${format(reward)}`,
      `revision gain ${format(gain)}`,
      `entropy ${format(entropy)}`,
    ];
    console.error(`update ${step}  ${numbers.join("  ")}  ${step_time.toFixed(2)} s`);
  } else if (event.type === "evaluation") {
    for (const { step, split, n, reward, all_met } of event.rows)
      console.error(
        `  evaluation after ${step}: ${split.padEnd(7)} reward ${format(reward)}  all met ${format(all_met)}  (n ${n})`,
      );
  }
}

const format = (value: unknown) => (typeof value === "number" ? value.toFixed(3) : "–");

/** Writes what a finished run leaves besides its lines: the adapter in PEFT's format, and the digest. */
export async function finish(folder: string, { session, learner }: OpenSession): Promise<void> {
  const { training, model } = session.config;
  if (training.mode === "lora") {
    const { parameters } = learner.policy.model;
    const files = peftFiles(training, parameters, await parameters.read(), model);
    writeBytes(join(folder, "adapter", peftNames.config), files.config);
    writeBytes(join(folder, "adapter", peftNames.weights), files.weights);
  }
  writeBytes(join(folder, "digest.txt"), `${session.digest}\n`);
}
