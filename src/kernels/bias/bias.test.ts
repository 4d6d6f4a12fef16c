import { beforeAll, describe, test } from "vitest";
import { expectClose, finiteDifferences, openSide, randomNumbers, sideNames, type Side } from "../testing";
import * as cpu from "./cpu";
import * as webgpu from "./webgpu";

describe.each(sideNames)("bias on %s", (name) => {
  let side: Side<typeof cpu>;
  beforeAll(async () => {
    side = await openSide(name, cpu, webgpu);
  });

  test.for([
    [1, 4],
    [5, 12],
    [67, 132],
  ])("%i rows of %i: the definition, and its gradient by finite differences", async ([rows, cols]) => {
    const [x, b] = [randomNumbers(rows * cols, "x"), randomNumbers(cols, "bias")];
    const reference = (bias: ArrayLike<number>) =>
      Float64Array.from({ length: rows * cols }, (_, i) => x[i] + bias[i % cols]);
    const out = side.tensor(rows, cols, x);
    side.kernels.bias({ bias: side.tensor(1, cols, b), out });
    expectClose(await side.read(out), reference(b), 1e-6);

    const [gradient, before] = [randomNumbers(rows * cols, "gradient"), randomNumbers(cols, "before")];
    const gradBias = side.tensor(1, cols, before);
    side.kernels.biasBackward({ gradOut: side.tensor(rows, cols, gradient), gradBias });
    const inner = (bias: ArrayLike<number>) =>
      reference(bias).reduce((sum, y, i) => sum + y * gradient[i], 0);
    const expected = finiteDifferences(inner, b).map((g, i) => g + before[i]);
    expectClose(await side.read(gradBias), expected, 1e-5);
  });
});
