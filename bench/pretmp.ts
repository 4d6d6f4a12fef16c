import { writeFileSync } from "node:fs";
import { CpuBackend } from "../src/compute/cpu";
import { pretrain, pretrainConfig } from "../src/worlds/pocket/pretrain";
import { pocketConfig } from "../src/worlds/pocket/config";
const steps = Number(process.argv[3] ?? 20);
const backend = await CpuBackend.create();
let t = performance.now();
let tokens = 0;
let loss = 0;
let n = 0;
const bytes = await pretrain(backend, { ...pretrainConfig, world: pocketConfig, steps }, 1, (p) => {
  tokens += p.tokens;
  loss += p.loss;
  n++;
  if (p.step % Number(process.argv[4] ?? 5) === 0) {
    const dt = performance.now() - t;
    console.log(
      p.step,
      (loss / n).toFixed(4),
      p.gradNorm.toFixed(3),
      (dt / n).toFixed(0) + " ms/step",
      (tokens / n).toFixed(0),
    );
    t = performance.now();
    tokens = 0;
    loss = 0;
    n = 0;
  }
});
writeFileSync(process.argv[5] ?? "/tmp/pocket.gguf", bytes);
console.log(bytes.length);
