/** A small run on the embedded model, for tests that need a whole session, in Node and in the browser. */
import type { Backend } from "../src/compute/backend";
import { batchShapes } from "../src/compute/batch_shape";
import { CpuBackend } from "../src/compute/cpu";
import { readModel } from "../src/policy/model_file";
import type { RunConfig } from "../src/runs/config";
import type { Journal } from "../src/runs/journal";
import { openLearner } from "../src/runs/learner";
import { makeManifest, type Manifest } from "../src/runs/manifest";
import { resolveConfig } from "../src/runs/presets";
import { noJournal } from "../src/runs/replay";
import { Session, type SessionEvent } from "../src/runs/session";
import { openWorld } from "../src/runs/world";

/** The file of an embedded model; null where there is none of that name. */
export async function modelBytes(name: string): Promise<Uint8Array | null> {
  if (typeof document !== "undefined") {
    const bytes = new Uint8Array(await (await fetch(`/models/${name}.gguf`)).arrayBuffer());
    // For what is not there the test server gives the page.
    return new TextDecoder().decode(bytes.subarray(0, 4)) === "GGUF" ? bytes : null;
  }
  const { readFile } = await import("node:fs/promises");
  return readFile(new URL(`../public/models/${name}.gguf`, import.meta.url)).catch(() => null);
}

/** The file of the pocket model. */
export const pocketBytes = async (): Promise<Uint8Array> => (await modelBytes("pocket"))!;

export const pocketModel = readModel(await pocketBytes());

/** Two groups of three rollouts, all families, an evaluation every two updates. */
export const smallConfig = (settings: readonly [string, string][] = []): RunConfig =>
  resolveConfig({
    preset: "pocket",
    seed: 3,
    settings: [
      ["groups", "2"],
      ["rollouts", "3"],
      ["maxNewTokens", "40"],
      ["evaluation.every", "2"],
      ["evaluation.heldout", "6"],
      ["evaluation.close", "3"],
      ["evaluation.ood", "3"],
      ["snapshotEvery", "2"],
      ...settings,
    ],
  });

let sharedBackend: Promise<Backend> | undefined;

/** Runs the session until `isLast` says that the tab or the process dies now, or until `steps` updates are done. */
export async function runUntil(
  journal: Journal,
  config: RunConfig,
  steps: number,
  isLast: (event: SessionEvent) => boolean = () => false,
): Promise<string> {
  const { session, manifest } = await openSmallSession(config, journal);
  const resumed = await session.resume();
  // A run killed before its first checkpoint has a folder already, and starts from the beginning.
  if (!resumed && !(journal as { exists?: boolean }).exists) await journal.begin(manifest);
  for await (const event of session.run(steps)) if (isLast(event)) break;
  return session.digest;
}

/** A fresh session, as after a restart: nothing is shared with an earlier one but the journal. */
export async function openSmallSession(
  config: RunConfig,
  journal: Journal = noJournal(),
): Promise<{ session: Session; manifest: Manifest }> {
  const backend = await (sharedBackend ??= CpuBackend.create());
  const world = openWorld(config);
  const learner = openLearner(backend, pocketModel, config, world);
  const manifest = makeManifest({
    config,
    model: { name: "pocket", sha256: pocketModel.sha256 },
    backend: backend.adapter,
    batchShape: batchShapes.cpu,
    created: new Date(0),
  });
  return { session: new Session({ config, world, learner, journal, clock: () => 0 }), manifest };
}
