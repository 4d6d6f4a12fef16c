import { beforeAll, describe, test } from "vitest";
import { expectClose, finiteDifferences, openSide, randomNumbers, sideNames, type Side } from "../testing";
import * as cpu from "./cpu";
import * as webgpu from "./webgpu";

const [rows, k, n, rank, scale] = [5, 12, 8, 4, 2];

/** scale · (x Aᵀ) Bᵀ, in double precision. */
function reference(x: ArrayLike<number>, a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: rows * n }, (_, i) => {
    const [row, col] = [Math.floor(i / n), i % n];
    let sum = 0;
    for (let r = 0; r < rank; r++)
      for (let c = 0; c < k; c++) sum += x[row * k + c] * a[r * k + c] * b[col * rank + r];
    return scale * sum;
  });
}

describe.each(sideNames)("lora on %s", (name) => {
  let side: Side<typeof cpu>;
  beforeAll(async () => {
    side = await openSide(name, cpu, webgpu);
  });

  test("adds scale · (x Aᵀ) Bᵀ, and its gradients by finite differences", async () => {
    const data = {
      x: randomNumbers(rows * k, "x"),
      a: randomNumbers(rank * k, "a"),
      b: randomNumbers(n * rank, "b"),
      base: randomNumbers(rows * n, "base"),
      gradOut: randomNumbers(rows * n, "gradient"),
    };
    const [x, a, b] = [
      side.tensor(rows, k, data.x),
      side.tensor(rank, k, data.a),
      side.tensor(n, rank, data.b),
    ];
    const inner = side.tensor(rows, rank);
    const out = side.tensor(rows, n, data.base);
    side.kernels.lora({ x, a, b, scale, inner, out });
    const adapted = reference(data.x, data.a, data.b).map((value, i) => value + data.base[i]);
    expectClose(await side.read(out), adapted, 1e-6);

    // What lies in the gradients already stays: they are added to.
    const gradX = side.tensor(rows, k, data.x);
    const [gradA, gradB] = [side.tensor(rank, k, data.a), side.tensor(n, rank, data.b)];
    const gradOut = side.tensor(rows, n, data.gradOut);
    const gradInner = side.tensor(rows, rank);
    side.kernels.loraBackward({ x, a, b, scale, inner, gradOut, gradInner, gradA, gradB, gradX });
    const dot = (x: ArrayLike<number>, a: ArrayLike<number>, b: ArrayLike<number>) =>
      reference(x, a, b).reduce((sum, y, i) => sum + y * data.gradOut[i], 0);
    const checks = [
      [gradX, data.x, (v: Float64Array) => dot(v, data.a, data.b)],
      [gradA, data.a, (v: Float64Array) => dot(data.x, v, data.b)],
      [gradB, data.b, (v: Float64Array) => dot(data.x, data.a, v)],
    ] as const;
    for (const [gradient, at, f] of checks)
      expectClose(
        await side.read(gradient),
        finiteDifferences(f, at).map((g, i) => g + at[i]),
        1e-6,
      );
  });
});
