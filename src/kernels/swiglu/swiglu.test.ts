import { beforeAll, describe, test } from "vitest";
import { expectClose, finiteDifferences, openSide, randomNumbers, sideNames, type Side } from "../testing";
import * as cpu from "./cpu";
import * as webgpu from "./webgpu";

const reference = (gate: ArrayLike<number>, up: ArrayLike<number>) =>
  Float64Array.from({ length: gate.length }, (_, i) => (gate[i] / (1 + Math.exp(-gate[i]))) * up[i]);

describe.each(sideNames)("swiglu on %s", (name) => {
  let side: Side<typeof cpu>;
  beforeAll(async () => {
    side = await openSide(name, cpu, webgpu);
  });

  test.for([
    [1, 4],
    [5, 12],
    [67, 4],
  ])("%i rows of %i: the definition, and its gradients by finite differences", async ([rows, cols]) => {
    const count = rows * cols;
    const [gateData, upData] = [randomNumbers(count, "gate").map((x) => 4 * x), randomNumbers(count, "up")];
    const gradient = randomNumbers(count, "gradient");
    const [gate, up] = [side.tensor(rows, cols, gateData), side.tensor(rows, cols, upData)];
    const out = side.tensor(rows, cols);
    side.kernels.swiglu({ gate, up, out });
    expectClose(await side.read(out), reference(gateData, upData), 1e-6);

    const [gradGate, gradUp] = [side.tensor(rows, cols), side.tensor(rows, cols)];
    side.kernels.swigluBackward({ gate, up, gradOut: side.tensor(rows, cols, gradient), gradGate, gradUp });
    const inner = (gate: ArrayLike<number>, up: ArrayLike<number>) =>
      reference(gate, up).reduce((sum, y, i) => sum + y * gradient[i], 0);
    expectClose(
      await side.read(gradGate),
      finiteDifferences((x) => inner(x, upData), gateData),
      1e-6,
    );
    expectClose(
      await side.read(gradUp),
      finiteDifferences((x) => inner(gateData, x), upData),
      1e-6,
    );
  });
});
