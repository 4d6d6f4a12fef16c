import { benchAnalysis } from "../../../bench/analysis";
import { benchDecode } from "../../../bench/decode";
import { benchMatmul } from "../../../bench/matmul";
import { benchRealModel } from "../../../bench/real_model";
import { benchUpdate } from "../../../bench/update";
import { isModelFile } from "../../runs/presets";
import { integer, type Command } from "../arguments";
import { backendOption, openBackend, threadsOption } from "../backend";
import { modelOption, openModel } from "../model";

export const bench: Command = {
  name: "bench",
  summary:
    "Measures kernels, decoding and updates of the preset pocket, or a model file's decoding and LoRA step, as ratios within one run.",
  options: {
    model: modelOption,
    updates: {
      type: "string",
      value: "N",
      default: "8",
      description: "Updates, the first of which is not counted",
    },
    backend: { ...backendOption, value: "cpu|webgpu|both", default: "both" },
    threads: { ...threadsOption, description: "Of the cpu backend, for a model file" },
  },
  async run(values) {
    const model = openModel(values["model"] as string);
    if (isModelFile(values["model"] as string)) {
      const name = values["backend"] === "both" ? "cpu" : values["backend"];
      const threads = integer(values, "threads", { min: 1 });
      console.log(await benchRealModel(() => openBackend(name, threads), model));
      return;
    }
    const updates = integer(values, "updates", { min: 2 });
    const seconds = new Map<string, number>();
    for (const name of values["backend"] === "both" ? ["cpu", "webgpu"] : [values["backend"]]) {
      const backend = await openBackend(name);
      console.log(`\n${backend.name}: ${backend.adapter.label}\n\n${await benchMatmul(backend)}`);
      const decode = await benchDecode(backend, model);
      console.log(`\n${decode.report}`);
      const update = await benchUpdate(
        backend,
        model,
        backend.name === "cpu" ? updates : Math.min(updates, 4),
      );
      console.log(`\n${update.report}`);
      const few = Math.min(updates, backend.name === "cpu" ? 6 : 2);
      console.log(`\n${await benchAnalysis(backend, model, few)}`);
      seconds.set(backend.name, update.seconds);
      backend.destroy();
    }
    const [cpu, webgpu] = [seconds.get("cpu"), seconds.get("webgpu")];
    if (cpu && webgpu) console.log(`\nupdate, webgpu / cpu: ${(webgpu / cpu).toFixed(1)}`);
  },
};
