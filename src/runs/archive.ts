import { zipSync, strToU8, type Zippable } from "fflate";
import type { LlamaConfig } from "../policy/gguf/llama_config";
import { peftNames, type PeftFiles } from "../policy/peft";
import { checkpointAdapter } from "./export/adapter";
import { toLines } from "./lines";
import type { RunStore } from "./store";

/** The run folder of the contract as one .zip file, from a stored run. `model` is the configuration of its model. */
export async function archiveRun(
  store: RunStore,
  id: string,
  model: LlamaConfig,
): Promise<Uint8Array<ArrayBuffer>> {
  const manifest = await store.manifest(id);
  const steps = await store.steps(id);
  const checkpoint = await store.checkpoint(id);
  const files: Zippable = {
    "manifest.json": strToU8(`${JSON.stringify(manifest, null, 2)}\n`),
    "metrics.jsonl": lines(steps.map(({ metrics }) => metrics)),
    "eval.jsonl": lines(await store.evaluations(id)),
    "rollouts.jsonl": lines(steps.flatMap(({ rollouts }) => rollouts)),
    "failures.jsonl": lines(steps.flatMap(({ failures }) => failures)),
  };
  const tasks = await store.tasks.lines(manifest.config.world.tasks ?? "");
  if (tasks !== null) files["tasks.jsonl"] = strToU8(tasks);
  const start = manifest.start && (await store.starts.get(manifest.start.sha256));
  if (start) addAdapter(files, "start", start);
  const judgements = await store.recordedJudgements(id);
  if (judgements.length > 0) files["judgements.jsonl"] = lines(judgements);
  if (checkpoint) {
    const { progress, policy, best } = checkpoint;
    files["digest.txt"] = strToU8(`${progress.digest}\n`);
    files["checkpoint/progress.json"] = strToU8(
      JSON.stringify({
        ...{ ...progress, optimizerSteps: policy.steps },
        ...(best && { bestOptimizerSteps: best.steps }),
      }),
    );
    for (const name of ["parameters", "firstMoments", "secondMoments"] as const) {
      files[`checkpoint/${name}.f32`] = bytesOf(policy[name]);
      if (best) files[`checkpoint/best/${name}.f32`] = bytesOf(best[name]);
    }
    const { training } = manifest.config;
    if (training.mode === "lora") {
      addAdapter(files, "adapter", checkpointAdapter(manifest, model, policy));
    }
  }
  for (const { step, parameters } of await store.snapshots(id))
    files[`snapshots/step-${String(step).padStart(6, "0")}.f32`] = bytesOf(parameters);
  return zipSync(files, { level: 6 }) as Uint8Array<ArrayBuffer>;
}

function addAdapter(files: Zippable, folder: string, { config, weights }: PeftFiles): void {
  files[`${folder}/${peftNames.config}`] = strToU8(config);
  files[`${folder}/${peftNames.weights}`] = weights;
}

const lines = (records: readonly unknown[]) => strToU8(toLines(records));

const bytesOf = (floats: Float32Array<ArrayBuffer>) =>
  new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
