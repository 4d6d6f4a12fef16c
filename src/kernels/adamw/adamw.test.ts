import { beforeAll, describe, test } from "vitest";
import { expectClose, openSide, randomNumbers, sideNames, type Side } from "../testing";
import * as cpu from "./cpu";
import * as webgpu from "./webgpu";

const hyper = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 };

describe.each(sideNames)("adamw on %s", (name) => {
  let side: Side<typeof cpu>;
  beforeAll(async () => {
    side = await openSide(name, cpu, webgpu);
  });

  test("ten steps follow the definition in double precision", async () => {
    const count = 52;
    const start = randomNumbers(count, "parameters");
    const parameters = side.tensor(1, count, start);
    const [firstMoments, secondMoments] = [side.tensor(1, count), side.tensor(1, count)];
    const [theta, m, v] = [Float64Array.from(start), new Float64Array(count), new Float64Array(count)];
    for (let t = 1; t <= 10; t++) {
      const gradient = randomNumbers(count, "gradient", t);
      const gradientScale = t % 2 === 0 ? 0.25 : 1;
      const [correction1, correction2] = [1 - hyper.beta1 ** t, 1 - hyper.beta2 ** t];
      const gradients = side.tensor(1, count, gradient);
      const step = { ...hyper, correction1, correction2, gradientScale };
      side.kernels.adamw({ ...step, parameters, gradients, firstMoments, secondMoments });
      gradient.forEach((value, i) => {
        const g = gradientScale * value;
        m[i] = hyper.beta1 * m[i] + (1 - hyper.beta1) * g;
        v[i] = hyper.beta2 * v[i] + (1 - hyper.beta2) * g * g;
        theta[i] *= 1 - hyper.learningRate * hyper.weightDecay;
        theta[i] -=
          (hyper.learningRate * (m[i] / correction1)) / (Math.sqrt(v[i] / correction2) + hyper.epsilon);
      });
    }
    expectClose(await side.read(parameters), theta, 1e-6);
    expectClose(await side.read(firstMoments), m, 1e-6);
    expectClose(await side.read(secondMoments), v, 1e-6);
  });

  test("parts of the squares add up to the squared norm", async () => {
    const x = randomNumbers(1036, "x");
    const parts = side.tensor(64, 1);
    side.kernels.squares({ x: side.tensor(1, x.length, x), parts });
    const total = (await side.read(parts)).reduce((a, b) => a + b);
    expectClose([total], [x.reduce((sum, value) => sum + value * value, 0)], 1e-5);
  });
});
