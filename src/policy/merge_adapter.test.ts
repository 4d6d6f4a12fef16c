import { expect, test } from "vitest";
import { CpuBackend } from "../compute/cpu";
import { seedKey } from "../kernels/random/random";
import { readGguf } from "./gguf/read_gguf";
import { tinyConfig, tinyModel } from "./gguf/testing";
import { writeGguf } from "./gguf/write_gguf";
import { LlamaPolicy } from "./llama_policy";
import { allProjections, loraShapes, type LoraConfig } from "./lora";
import { mergeAdapter } from "./merge_adapter";
import { fileWeights } from "./model_file";
import { modelConfig } from "./gguf/model_config";
import { loadAdapter, type ReadAdapter } from "./peft";

const architectures = ["llama", "qwen2", "qwen3"] as const;
const key = seedKey(1);
const sequence = [3, 1, 4, 1, 5, 2, 6];

function adapterOf(config: Parameters<typeof loraShapes>[0], lora: LoraConfig): ReadAdapter {
  let state = 7;
  const next = () => ((state = (state * 16807) % 2147483647) / 2147483647 - 0.5) * 0.4;
  const matrices = loraShapes(config, lora).map(
    ({ name, rows, cols }) => [name, Float32Array.from({ length: rows * cols }, next)] as const,
  );
  return { lora, matrices: new Map(matrices) };
}

async function logprobs(bytes: Uint8Array, adapter?: ReadAdapter): Promise<Float32Array> {
  const file = readGguf(bytes);
  const config = modelConfig(file);
  const lora = adapter?.lora ?? { rank: 4, alpha: 4, targets: allProjections };
  const policy = new LlamaPolicy(await CpuBackend.create(), config, fileWeights(file, config), {
    training: { mode: "lora", lora, key },
    endIds: new Set(),
  });
  if (adapter) loadAdapter(policy.model.parameters, adapter.matrices);
  const [[scores]] = await policy.score([{ prompt: [], branches: [sequence] }]);
  return scores.logprobs;
}

test.each(architectures)(
  "%s: the merged file says what the model says with the adapter",
  async (architecture) => {
    const config = { ...tinyConfig, architecture };
    const { metadata, tensors } = tinyModel(config);
    const bytes = writeGguf({ metadata, tensors: tensors.values() });
    const lora = {
      rank: 4,
      alpha: 8,
      targets: ["self_attn.q_proj", "self_attn.v_proj", "mlp.down_proj"] as const,
    };
    const adapter = adapterOf(config, lora);
    const [plain, adapted] = [await logprobs(bytes), await logprobs(bytes, adapter)];
    const merged = await logprobs(mergeAdapter(readGguf(bytes), adapter, "F32"));
    merged.forEach((p, t) => expect(p).toBeCloseTo(adapted[t], 4));
    expect(Math.max(...plain.map((p, t) => Math.abs(p - adapted[t])))).toBeGreaterThan(0.01);
  },
);

test("what it does not adapt stays, byte for byte", () => {
  const { metadata, tensors } = tinyModel(tinyConfig);
  const file = readGguf(writeGguf({ metadata, tensors: tensors.values() }));
  const adapter = adapterOf(tinyConfig, { rank: 4, alpha: 8, targets: ["mlp.up_proj"] });
  const merged = readGguf(mergeAdapter(file, adapter, "F16"));
  expect([...merged.metadata]).toEqual([...file.metadata]);
  expect([...merged.tensors.keys()]).toEqual([...file.tensors.keys()]);
  for (const [name, tensor] of merged.tensors) {
    if (name.endsWith("ffn_up.weight")) expect(tensor.type).toBe("F16");
    else expect(tensor.bytes).toEqual(file.tensors.get(name)!.bytes);
  }
});

test("an adapter of another model is refused", () => {
  const { metadata, tensors } = tinyModel(tinyConfig);
  const file = readGguf(writeGguf({ metadata, tensors: tensors.values() }));
  const adapter = adapterOf(
    { ...tinyConfig, dim: 2 * tinyConfig.dim },
    { rank: 4, alpha: 8, targets: ["mlp.up_proj"] },
  );
  expect(() => mergeAdapter(file, adapter, "F16")).toThrow(
    expect.objectContaining({ code: "ADAPTER_MISMATCH" }),
  );
});
