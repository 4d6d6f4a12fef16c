import { mergeAdapter } from "../../policy/merge_adapter";
import { readGguf } from "../../policy/gguf/read_gguf";
import type { WritableType } from "../../policy/gguf/quantize";
import { UsageError, type Command } from "../arguments";
import { openSource, writeBytes } from "../files";
import { adapterOption, modelOption, modelPath, readAdapter } from "../model";

const types = ["F32", "F16", "Q8_0", "Q4_0", "Q4_1"] as const satisfies WritableType[];

export const merge: Command = {
  name: "merge",
  summary: "Makes an adapter part of its model: a GGUF file that llama.cpp and its kin run as it is.",
  options: {
    model: modelOption,
    adapter: { ...adapterOption, required: true },
    type: {
      type: "string",
      value: "TYPE",
      default: "F16",
      description: `Of the matrices that the adapter changes: ${types.join(", ")}; few bits round most of an adapter away`,
    },
    out: { type: "string", value: "FILE", required: true, description: "The GGUF file out" },
  },
  run(values) {
    const type = types.find((one) => one === values["type"]);
    if (!type) throw new UsageError(`--type is one of ${types.join(", ")}`);
    const file = readGguf(openSource(modelPath(values["model"] as string)));
    const bytes = mergeAdapter(file, readAdapter(values["adapter"] as string), type);
    writeBytes(values["out"] as string, bytes);
    console.error(`${bytes.length} bytes`);
    return Promise.resolve();
  },
};
