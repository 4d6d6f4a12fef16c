import { CpuBackend } from "../../src/compute/cpu";
import { WebgpuBackend } from "../../src/compute/webgpu";
import { browserThreads } from "../../src/runs/kernel_threads";
import { trainingStep } from "./training_step";
import { serveSteps } from "./serve_steps";

const startWorker = () =>
  new Worker(new URL("../../workers/kernels.worker.ts", import.meta.url), { type: "module" });

serveSteps(async (device: "cpu" | "threads" | "webgpu") => {
  if (device === "webgpu") return trainingStep(await WebgpuBackend.create(navigator.gpu));
  const threads = device === "threads" ? browserThreads(startWorker) : undefined;
  return trainingStep(await CpuBackend.create(threads));
});
