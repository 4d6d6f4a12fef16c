import type { CpuTensor } from "../cpu";
import type { AdamwOptions, SquaresOptions } from "./adamw";

/** See `AdamwOptions`. */
export function adamw(options: AdamwOptions<CpuTensor>): void {
  const { learningRate, beta1, beta2, epsilon, weightDecay, correction1, correction2, gradientScale } =
    options;
  const [theta, gradient] = [options.parameters.f32, options.gradients.f32];
  const [m, v] = [options.firstMoments.f32, options.secondMoments.f32];
  const decay = 1 - learningRate * weightDecay;
  const step = learningRate / correction1;
  const root = Math.sqrt(correction2);
  for (let i = 0; i < theta.length; i++) {
    const g = gradientScale * gradient[i];
    m[i] = beta1 * m[i] + (1 - beta1) * g;
    v[i] = beta2 * v[i] + (1 - beta2) * g * g;
    theta[i] = theta[i] * decay - (step * m[i]) / (Math.sqrt(v[i]) / root + epsilon);
  }
}

/** See `SquaresOptions`. */
export function squares({ x, parts }: SquaresOptions<CpuTensor>): void {
  const [values, sums] = [x.f32, new Float64Array(parts.rows)];
  for (let i = 0; i < values.length; i++) sums[i % sums.length] += values[i] * values[i];
  parts.f32.set(sums);
}
