import { beforeAll, describe, expect, test } from "vitest";
import { dequantize } from "../tensor";
import { expectClose, openSide, randomNumbers, randomQuantized, sideNames, type Side } from "../testing";
import * as cpu from "./cpu";
import type { MatmulLayout } from "./matmul";
import * as webgpu from "./webgpu";

type Shape = { m: number; n: number; k: number };

const shapesOf = (layout: MatmulLayout, { m, n, k }: Shape) => ({
  a: layout === "TN" ? ([k, m] as const) : ([m, k] as const),
  b: layout === "NT" ? ([n, k] as const) : ([k, n] as const),
});

/** The definition, in double precision. */
function reference(layout: MatmulLayout, { m, n, k }: Shape, a: ArrayLike<number>, b: ArrayLike<number>) {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++)
      for (let l = 0; l < k; l++)
        out[i * n + j] +=
          a[layout === "TN" ? l * m + i : i * k + l] * b[layout === "NT" ? j * k + l : l * n + j];
  return out;
}

const shapes: Shape[] = [
  { m: 1, n: 4, k: 4 },
  { m: 13, n: 20, k: 36 },
  { m: 8, n: 8, k: 8 },
  { m: 33, n: 96, k: 264 },
  { m: 5, n: 12, k: 1028 },
];

describe.each(sideNames)("matmul on %s", (name) => {
  let side: Side<typeof cpu>;
  beforeAll(async () => {
    side = await openSide(name, cpu, webgpu);
  });

  /** Runs once, or on webgpu once per tile. */
  async function onEveryTile(run: () => Promise<void>): Promise<void> {
    if (!side.gpu) return run();
    for (const tile of ["tile4x4", "tile8x8", "tile16x8"] as const) {
      side.gpu.matmulTile = tile;
      await run();
    }
  }

  describe.each(["NT", "NN", "TN"] as const)("%s", (layout) => {
    // In TN the number of tokens is K, in the other layouts M: that one need not be a multiple of 4.
    const fitted = shapes.map((s) => (layout === "TN" ? { m: s.k, n: s.n, k: s.m } : s));

    test.each(fitted)("equals the definition: $m × $n × $k", async (shape) => {
      const { a: aShape, b: bShape } = shapesOf(layout, shape);
      const aData = randomNumbers(aShape[0] * aShape[1], "a");
      const bData = randomNumbers(bShape[0] * bShape[1], "b");
      const before = randomNumbers(shape.m * shape.n, "out");
      const expected = reference(layout, shape, aData, bData).map((x, i) => 0.5 * x + before[i]);
      const [a, b] = [side.tensor(...aShape, aData), side.tensor(...bShape, bData)];
      await onEveryTile(async () => {
        const out = side.tensor(shape.m, shape.n, before);
        side.kernels.matmul({ layout, a, b, out, scale: 0.5, accumulate: true });
        expectClose(await side.read(out), expected, 2e-6);
      });
    });
  });

  describe.each(["NT", "NN"] as const)("%s with quantized weights", (layout) => {
    const formats = [
      { bits: 8, zero: 0, group: 32, offsets: false },
      { bits: 8, zero: 0, group: 16, offsets: true },
      { bits: 4, zero: 8, group: 32, offsets: false },
      { bits: 4, zero: 0, group: 32, offsets: true },
    ] as const;

    test.each(formats)("dequantizes inside the product: $bits bits, groups of $group", async (format) => {
      const [m, rows, cols] = [7, 20, 96];
      const shape = layout === "NT" ? { m, n: rows, k: cols } : { m, n: cols, k: rows };
      const data = randomQuantized(rows, cols, format);
      const aData = randomNumbers(m * shape.k, "a");
      const floats = Float64Array.from({ length: rows * cols }, (_, i) =>
        dequantize(data, Math.floor(i / cols), i % cols),
      );
      const expected = reference(layout, shape, aData, floats);
      const [a, b] = [side.tensor(m, shape.k, aData), side.weight(data)];
      await onEveryTile(async () => {
        const out = side.tensor(shape.m, shape.n);
        side.kernels.matmul({ layout, a, b, out });
        expectClose(await side.read(out), expected, 2e-6);
      });
    });
  });

  test.each(["NT", "NN"] as const)("%s with an addend and a low-rank product", async (layout) => {
    const [shape, rank] = [{ m: 13, n: 20, k: 36 }, 8];
    const low = { m: 13, n: 20, k: rank };
    const data = {
      a: randomNumbers(13 * 36, "a"),
      b: randomNumbers(20 * 36, "b"),
      lowA: randomNumbers(13 * rank, "lowA"),
      lowB: randomNumbers(20 * rank, "lowB"),
      addend: randomNumbers(13 * 20, "addend"),
    };
    const products = reference(layout, shape, data.a, data.b);
    const lowProducts = reference(layout, low, data.lowA, data.lowB);
    const expected = products.map((x, i) => 0.5 * x + 2 * lowProducts[i] + data.addend[i]);
    const [a, addend] = [side.tensor(13, 36, data.a), side.tensor(13, 20, data.addend)];
    const b = side.tensor(...shapesOf(layout, shape).b, data.b);
    const lowRank = {
      a: side.tensor(13, rank, data.lowA),
      b: side.tensor(...shapesOf(layout, low).b, data.lowB),
      scale: 2,
    };
    await onEveryTile(async () => {
      const out = side.tensor(13, 20, data.addend);
      side.kernels.matmul({ layout, a, b, out, scale: 0.5, addend, lowRank });
      expectClose(await side.read(out), expected, 2e-6);
    });
  });

  test("a row's result does not depend on the rows beside it", async () => {
    const [n, k] = [24, 96];
    const data = randomNumbers(9 * k, "rows");
    const b = side.tensor(n, k, randomNumbers(n * k, "b"));
    const out = side.tensor(9, n);
    side.kernels.matmul({ layout: "NT", a: side.tensor(9, k, data), b, out });
    const together = await side.read(out);
    for (let row = 0; row < 9; row++) {
      const a = side.tensor(1, k, data.slice(row * k, (row + 1) * k));
      const alone = side.tensor(1, n);
      side.kernels.matmul({ layout: "NT", a, b, out: alone });
      expect(await side.read(alone)).toEqual(together.slice(row * n, (row + 1) * n));
    }
  });

  test("sizes that do not fit are refused", () => {
    const [a, b, out] = [side.tensor(2, 8), side.tensor(4, 12), side.tensor(2, 4)];
    expect(() => side.kernels.matmul({ layout: "NT", a, b, out })).toThrow("matmul NT: A [2, 8], B [4, 12]");
  });
});
