import type { CpuTensor } from "../cpu";
import { cut } from "../threads";
import { threefry, wordToUnit } from "../random/random";
import type { SamplingOptions } from "./sampling";

/** See `SamplingOptions`; the walk over the vocabulary is in `../lm_head/lm_head.as.ts`. */
export function sample({
  logits,
  draws,
  greedy,
  ids,
  logprobs,
  entropies,
}: SamplingOptions<CpuTensor>): void {
  const { context, rows, cols } = logits;
  const units = context.scratchTensor("sampling units", rows, 1);
  const [keys, numbers] = [draws.u32, units.f32];
  for (let row = 0; row < rows; row++) {
    const [key0, key1, counter] = keys.subarray(4 * row, 4 * row + 3);
    numbers[row] = wordToUnit(threefry([key0, key1], counter, 0)[0]);
  }
  context.threads.run(
    "sampleLogits",
    cut(rows, context.threads.count).map(([first, last]) => [
      ...[logits.pointer + 4 * cols * first, last - first, cols, units.pointer + 4 * first, greedy ? 1 : 0],
      ...[ids, logprobs, entropies].map(({ pointer }) => pointer + 4 * first),
    ]),
  );
}
