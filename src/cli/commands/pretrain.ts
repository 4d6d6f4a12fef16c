import { join } from "node:path";
import { bytesToHex } from "@noble/hashes/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { codeVersion } from "../../runs/manifest";
import { pretrain as makeModel } from "../../worlds/pretrain";
import { pretrainConfigs } from "../../worlds/pretrain_worlds";
import { integer, UsageError, type Command } from "../arguments";
import { backendOption, openBackend } from "../backend";
import { writeBytes } from "../files";

const names = Object.keys(pretrainConfigs).join(", ");

export const pretrain: Command = {
  name: "pretrain",
  summary:
    "Makes a pocket model from its seed, with this project's own engine, and writes it with its manifest.",
  options: {
    world: {
      type: "string",
      value: "NAME",
      default: "pocket",
      description: `One of ${names}`,
    },
    seed: { type: "string", value: "S", default: "1", description: "Seed" },
    steps: {
      type: "string",
      value: "N",
      description: "Steps of AdamW (default: the world's own)",
    },
    out: { type: "string", value: "DIR", required: true, description: "Folder for NAME.gguf and NAME.json" },
    backend: backendOption,
  },
  async run(values) {
    const name = values["world"] as string;
    if (!Object.hasOwn(pretrainConfigs, name)) throw new UsageError(`--world is one of ${names}`);
    const own = pretrainConfigs[name];
    const seed = integer(values, "seed");
    const steps = values["steps"] === undefined ? own.steps : integer(values, "steps", { min: 1 });
    const config = { ...own, steps };
    const backend = await openBackend(values["backend"]);
    const started = performance.now();
    const losses: number[] = [];
    const bytes = await makeModel(backend, config, seed, ({ step, steps, loss, tokens }) => {
      losses.push(loss);
      if (step % 20 !== 0) return;
      const seconds = (performance.now() - started) / 1000;
      const left = (seconds / step) * (steps - step);
      console.error(
        `step ${step} of ${steps}  loss ${loss.toFixed(4)}  ${tokens} tokens  ${(left / 60).toFixed(0)} min left`,
      );
    });
    const manifest = {
      made_by: `npx herl pretrain --world ${name} --seed ${seed} --steps ${config.steps}`,
      ...{ code_version: codeVersion, backend: backend.adapter, seed },
      config: { ...config, world: config.world.settings },
      final_loss: losses.slice(-100).reduce((sum, loss) => sum + loss, 0) / Math.min(100, losses.length),
      minutes: Number(((performance.now() - started) / 60000).toFixed(1)),
      bytes: bytes.length,
      sha256: bytesToHex(sha256(bytes)),
    };
    writeBytes(join(values["out"] as string, `${name}.gguf`), bytes);
    writeBytes(join(values["out"] as string, `${name}.json`), `${JSON.stringify(manifest, null, 2)}\n`);
    console.error(`${bytes.length} bytes, sha256 ${manifest.sha256}`);
  },
};
