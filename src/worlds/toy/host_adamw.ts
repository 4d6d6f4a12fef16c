import { norm } from "../../analysis/vectors";
import type { OptimizerOptions, PolicySnapshot, StepResult } from "../../policy/policy";

/**
 * AdamW on a handful of host numbers, by the formula of `kernels/adamw`: parameters and moments in single precision as
 * there, the norm clipped, a gradient that is not finite skipped.
 */
export class HostAdamw {
  readonly parameters: Float32Array<ArrayBuffer>;
  private readonly firstMoments: Float32Array<ArrayBuffer>;
  private readonly secondMoments: Float32Array<ArrayBuffer>;
  private steps = 0;

  constructor(parameters: Float32Array<ArrayBuffer>) {
    this.parameters = parameters;
    this.firstMoments = new Float32Array(parameters.length);
    this.secondMoments = new Float32Array(parameters.length);
  }

  /** One step down `gradients`, which are left alone. */
  step(gradients: Float64Array, options: OptimizerOptions): StepResult {
    const { learningRate, beta1, beta2, epsilon, weightDecay, maxGradNorm } = options;
    const gradNorm = norm(gradients);
    if (!Number.isFinite(gradNorm)) return { gradNorm, skipped: true };
    this.steps++;
    const scale = maxGradNorm > 0 ? Math.min(1, maxGradNorm / (gradNorm + 1e-6)) : 1;
    const [correction1, correction2] = [1 - power(beta1, this.steps), 1 - power(beta2, this.steps)];
    const { parameters, firstMoments: m, secondMoments: v } = this;
    for (let i = 0; i < parameters.length; i++) {
      const g = scale * gradients[i];
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      const change = m[i] / correction1 / (Math.sqrt(v[i] / correction2) + epsilon);
      parameters[i] = parameters[i] * (1 - learningRate * weightDecay) - learningRate * change;
    }
    return { gradNorm, skipped: false };
  }

  snapshot(): PolicySnapshot {
    return {
      parameters: this.parameters.slice(),
      firstMoments: this.firstMoments.slice(),
      secondMoments: this.secondMoments.slice(),
      steps: this.steps,
    };
  }

  restore({ parameters, firstMoments, secondMoments, steps }: PolicySnapshot): void {
    this.parameters.set(parameters);
    this.firstMoments.set(firstMoments);
    this.secondMoments.set(secondMoments);
    this.steps = steps;
  }
}

/** x^n by multiplication. */
function power(x: number, n: number): number {
  let result = 1;
  for (let i = 0; i < n; i++) result *= x;
  return result;
}
