import { beforeAll, describe, expect, test } from "vitest";
import { expectClose, finiteDifferences, openSide, randomNumbers, sideNames, type Side } from "../testing";
import * as cpu from "./cpu";
import * as webgpu from "./webgpu";

const [rows, k, n, rank, scale] = [5, 12, 8, 4, 2];

const data = {
  x: randomNumbers(rows * k, "x"),
  weight: randomNumbers(n * k, "weight"),
  a: randomNumbers(rank * k, "a"),
  b: randomNumbers(n * rank, "b"),
  addend: randomNumbers(rows * n, "addend"),
  gradOut: randomNumbers(rows * n, "gradient"),
};

type Numbers = ArrayLike<number>;

/** x Wᵀ + scale · (x Aᵀ) Bᵀ, in double precision. */
const reference = (x: Numbers, a: Numbers, b: Numbers): Float64Array =>
  Float64Array.from({ length: rows * n }, (_, i) => {
    const [row, col] = [Math.floor(i / n), i % n];
    let sum = 0;
    for (let c = 0; c < k; c++) {
      let weight = data.weight[col * k + c];
      for (let r = 0; r < rank; r++) weight += scale * a[r * k + c] * b[col * rank + r];
      sum += x[row * k + c] * weight;
    }
    return sum;
  });

const loss = (x: Numbers, a: Numbers, b: Numbers) =>
  reference(x, a, b).reduce((sum, y, i) => sum + y * data.gradOut[i], 0);

describe.each(sideNames)("lora on %s", (name) => {
  let side: Side<typeof cpu>;
  beforeAll(async () => {
    side = await openSide(name, cpu, webgpu);
  });

  function setUp() {
    const options = {
      ...{ scale, inner: side.tensor(rows, rank) },
      x: side.tensor(rows, k, data.x),
      weight: side.tensor(n, k, data.weight),
      a: side.tensor(rank, k, data.a),
      b: side.tensor(n, rank, data.b),
    };
    const out = side.tensor(rows, n, data.x.slice(0, rows * n));
    side.kernels.lora({ ...options, out });
    return { options, out };
  }

  test("is the layer with its adapter, and an addend", async () => {
    const { options, out } = setUp();
    const expected = reference(data.x, data.a, data.b);
    expectClose(await side.read(out), expected, 1e-6);
    side.kernels.lora({ ...options, out, addend: side.tensor(rows, n, data.addend) });
    expectClose(
      await side.read(out),
      expected.map((y, i) => y + data.addend[i]),
      1e-6,
    );
  });

  test("gradients by finite differences; those of the adapter are added up", async () => {
    const { options } = setUp();
    const [gradA, gradB] = [side.tensor(rank, k, data.a), side.tensor(n, rank, data.b)];
    const gradX = side.tensor(rows, k, data.x);
    const gradOut = side.tensor(rows, n, data.gradOut);
    const gradInner = side.tensor(rows, rank);
    const backward = { ...options, gradOut, gradInner, gradA, gradB };
    side.kernels.loraBackward({ ...backward, gradX });
    const expectedX = finiteDifferences((x) => loss(x, data.a, data.b), data.x);
    expectClose(await side.read(gradX), expectedX, 1e-6);
    const added = (start: Numbers, gradient: Float64Array) => gradient.map((g, i) => g + start[i]);
    const expectedA = finiteDifferences((a) => loss(data.x, a, data.b), data.a);
    expectClose(await side.read(gradA), added(data.a, expectedA), 1e-6);
    const expectedB = finiteDifferences((b) => loss(data.x, data.a, b), data.b);
    expectClose(await side.read(gradB), added(data.b, expectedB), 1e-6);

    side.kernels.loraBackward({ ...backward, gradX, accumulate: true });
    expectClose(
      await side.read(gradX),
      expectedX.map((g) => 2 * g),
      1e-6,
    );
  });

  test("where nothing below is trained, only the adapter's gradients are computed", async () => {
    const { options } = setUp();
    const [gradA, gradB] = [side.tensor(rank, k), side.tensor(n, rank)];
    const gradOut = side.tensor(rows, n, data.gradOut);
    const gradInner = side.tensor(rows, rank);
    side.kernels.loraBackward({ ...options, gradOut, gradInner, gradA, gradB, gradX: null });
    expect((await side.read(gradA)).some((g) => g !== 0)).toBe(true);
  });
});
