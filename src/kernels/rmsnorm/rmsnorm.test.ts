import { beforeAll, describe, test } from "vitest";
import { expectClose, finiteDifferences, openSide, randomNumbers, sideNames, type Side } from "../testing";
import * as cpu from "./cpu";
import * as webgpu from "./webgpu";

const epsilon = 1e-3;

/** The definition, in double precision. */
function reference(x: ArrayLike<number>, weight: ArrayLike<number>, cols: number): Float64Array {
  return Float64Array.from({ length: x.length }, (_, i) => {
    const start = i - (i % cols);
    let squares = 0;
    for (let j = start; j < start + cols; j++) squares += x[j] * x[j];
    return (weight[i % cols] * x[i]) / Math.sqrt(squares / cols + epsilon);
  });
}

describe.each(sideNames)("rmsnorm on %s", (name) => {
  let side: Side<typeof cpu>;
  beforeAll(async () => {
    side = await openSide(name, cpu, webgpu);
  });

  test.for([
    [1, 4],
    [3, 17],
    [70, 10],
  ])("%i rows of %i: the definition, and its gradients by finite differences", async ([rows, cols]) => {
    const [xData, weightData] = [randomNumbers(rows * cols, "x"), randomNumbers(cols, "weight")];
    const gradient = randomNumbers(rows * cols, "gradient");
    const residual = randomNumbers(rows * cols, "residual");
    const [x, weight] = [side.tensor(rows, cols, xData), side.tensor(1, cols, weightData)];

    const out = side.tensor(rows, cols);
    side.kernels.rmsnorm({ x, weight, epsilon, out });
    expectClose(await side.read(out), reference(xData, weightData, cols), 1e-6);

    const [gradX, gradWeight] = [side.tensor(rows, cols, residual), side.tensor(1, cols, weightData)];
    const gradOut = side.tensor(rows, cols, gradient);
    side.kernels.rmsnormBackward({ x, weight, epsilon, gradOut, gradX, gradWeight });
    const inner = (x: ArrayLike<number>, w: ArrayLike<number>) =>
      reference(x, w, cols).reduce((sum, y, i) => sum + y * gradient[i], 0);
    const expectedX = finiteDifferences((values) => inner(values, weightData), xData);
    const expectedWeight = finiteDifferences((values) => inner(xData, values), weightData);
    expectClose(
      await side.read(gradX),
      expectedX.map((g, i) => g + residual[i]),
      1e-6,
    );
    expectClose(
      await side.read(gradWeight),
      expectedWeight.map((g, i) => g + weightData[i]),
      1e-6,
    );
  });
});
