import type { Tensor } from "../kernels/tensor";
import type { Parameters } from "./parameters";
import type { OptimizerOptions, PolicySnapshot, StepResult } from "./policy";

/** Rows of partial sums for the gradient norm. */
const normParts = 256;

/** AdamW over flat parameter pools, with gradient-norm clipping and a guard against gradients that are not finite. */
export class Adamw {
  private readonly parameters: Parameters;
  private readonly parts: Tensor;
  private steps = 0;

  constructor(parameters: Parameters) {
    this.parameters = parameters;
    this.parts = parameters.backend.tensor(normParts, 1);
  }

  /** Uses and clears the gradients that have added up. A gradient that is not finite changes nothing. */
  async step(options: OptimizerOptions): Promise<StepResult> {
    const { backend, values, gradients, firstMoments, secondMoments } = this.parameters;
    backend.kernels.squares({ x: gradients, parts: this.parts });
    const gradNorm = Math.sqrt((await backend.read(this.parts)).reduce((sum, part) => sum + part, 0));
    const skipped = !Number.isFinite(gradNorm);
    if (!skipped) {
      this.steps++;
      const { maxGradNorm, beta1, beta2 } = options;
      backend.kernels.adamw({
        ...options,
        parameters: values,
        ...{ gradients, firstMoments, secondMoments },
        correction1: 1 - integerPower(beta1, this.steps),
        correction2: 1 - integerPower(beta2, this.steps),
        // As torch.nn.utils.clip_grad_norm_: the 1e-6 keeps the quotient defined.
        gradientScale: maxGradNorm > 0 ? Math.min(1, maxGradNorm / (gradNorm + 1e-6)) : 1,
      });
    }
    backend.clear(gradients);
    return { gradNorm, skipped };
  }

  async snapshot(): Promise<PolicySnapshot> {
    const { backend, values, firstMoments, secondMoments } = this.parameters;
    return {
      parameters: await backend.read(values),
      firstMoments: await backend.read(firstMoments),
      secondMoments: await backend.read(secondMoments),
      steps: this.steps,
    };
  }

  /** See `TrainablePolicy.preserve`; the copies stay on the device. */
  async preserve<T>(work: () => Promise<T>): Promise<T> {
    const { backend, values, gradients, firstMoments, secondMoments } = this.parameters;
    const pools = [values, gradients, firstMoments, secondMoments];
    const copies = pools.map((pool) => backend.tensor(pool.rows, pool.cols));
    pools.forEach((pool, i) => backend.copy(pool, copies[i]));
    const { steps } = this;
    try {
      return await work();
    } finally {
      pools.forEach((pool, i) => backend.copy(copies[i], pool));
      copies.forEach((copy) => backend.free(copy));
      this.steps = steps;
    }
  }

  restore(snapshot: PolicySnapshot): void {
    const { backend, values, firstMoments, secondMoments, gradients } = this.parameters;
    backend.write(values, snapshot.parameters);
    backend.write(firstMoments, snapshot.firstMoments);
    backend.write(secondMoments, snapshot.secondMoments);
    backend.clear(gradients);
    this.steps = snapshot.steps;
  }
}

/** x^n by squaring: multiplications only, so the bits are the same everywhere. */
function integerPower(x: number, n: number): number {
  let [result, square] = [1, x];
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
