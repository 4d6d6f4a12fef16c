// Tokens a second of wllama, on one thread, for `npx herl bench --model FILE` to stand beside: node tools/bench_wllama.mjs FILE
import { openWllama } from "./wllama.mjs";

const engine = await openWllama(process.argv[2]);
const rates = [];
for (const question of [
  "Tell me a long story about a fox.",
  "Tell me a long story about a lake.",
  "Explain how rain is made.",
]) {
  const prompt = `<|im_start|>user\n${question}<|im_end|>\n<|im_start|>assistant\n`;
  const { timings } = await engine.complete(prompt, 64);
  rates.push(timings.predicted_per_second);
}
await engine.close();
console.log(`wllama, one thread: ${rates.map((rate) => rate.toFixed(1)).join(", ")} tokens a second`);
