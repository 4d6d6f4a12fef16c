import { exp, log } from "../../kernels/math";

/** ln softmax of `logits` [vocabulary], summed in double precision; a new array. */
export function logSoftmax(logits: Float32Array): Float32Array {
  let top = -Infinity;
  for (const z of logits) if (z > top) top = z;
  let sum = 0;
  for (const z of logits) sum += exp(z - top);
  const logSum = top + log(sum);
  return logits.map((z) => z - logSum);
}
