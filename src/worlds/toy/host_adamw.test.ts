import { expect, test } from "vitest";
import { RandomStream } from "../../kernels/random/random";
import { HostAdamw } from "./host_adamw";

const hyper = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 };

test("ten steps follow the definition in double precision", () => {
  const stream = RandomStream.of(1, "adamw");
  const start = Float32Array.from({ length: 16 }, () => stream.normal());
  const optimizer = new HostAdamw(start.slice());
  const [theta, m, v] = [Float64Array.from(start), new Float64Array(16), new Float64Array(16)];
  for (let t = 1; t <= 10; t++) {
    const gradients = Float64Array.from({ length: 16 }, () => stream.normal());
    const norm = Math.hypot(...gradients);
    const maxGradNorm = [0, 1, 100][t % 3];
    const scale = maxGradNorm === 1 ? 1 / (norm + 1e-6) : 1; // their norm is about 4
    expect(optimizer.step(gradients, { ...hyper, maxGradNorm })).toEqual({
      gradNorm: expect.closeTo(norm, 12),
      skipped: false,
    });
    gradients.forEach((gradient, i) => {
      const g = scale * gradient;
      m[i] = 0.9 * m[i] + 0.1 * g;
      v[i] = 0.999 * v[i] + 0.001 * g * g;
      theta[i] *= 1 - 0.01 * 0.1;
      theta[i] -= (0.01 * (m[i] / (1 - 0.9 ** t))) / (Math.sqrt(v[i] / (1 - 0.999 ** t)) + 1e-8);
    });
  }
  const { parameters, firstMoments, secondMoments, steps } = optimizer.snapshot();
  theta.forEach((x, i) => expect(parameters[i]).toBeCloseTo(x, 5));
  m.forEach((x, i) => expect(firstMoments[i]).toBeCloseTo(x, 6));
  v.forEach((x, i) => expect(secondMoments[i]).toBeCloseTo(x, 6));
  expect(steps).toBe(10);
});
