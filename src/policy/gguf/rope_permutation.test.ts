import fc from "fast-check";
import { expect, test } from "vitest";
import { dequantize } from "../../kernels/tensor";
import { encodeTensor } from "./quantize";
import { repack } from "./repack";
import { gatherQuantizedRows, gatherRows, halfSplitOrder, interleavedOrder } from "./rope_permutation";

test("GGUF row 2i + j is row j · headDim / 2 + i of its head", () => {
  // Rows labelled by their half-split position, in the order in which a GGUF file of two heads of 6 has them.
  const file = Float32Array.of(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11);
  const split = gatherRows(file, 1, halfSplitOrder(12, 6));
  expect([...split]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(gatherRows(split, 1, interleavedOrder(12, 6))).toEqual(file);
});

test("the two orders are bijections, and each undoes the other", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 }), (heads, pairs) => {
      const rows = heads * pairs * 2;
      const there = halfSplitOrder(rows, pairs * 2);
      const back = interleavedOrder(rows, pairs * 2);
      expect(new Set(there).size).toBe(rows);
      const identity = [...new Array(rows).keys()];
      expect([...there].map((row) => back[row])).toEqual(identity);
      expect([...back].map((row) => there[row])).toEqual(identity);
    }),
  );
});

test.each(["Q8_0", "Q4_0", "Q4_1"] as const)("rows of %s move with their scales", (type) => {
  const rows = 8;
  const cols = 64;
  const values = new Float32Array(rows * cols).map((_, i) => ((i * 37) % 101) * (1 + Math.floor(i / cols)));
  const data = repack(encodeTensor("t", type, [cols, rows], values));
  const order = halfSplitOrder(rows, 4);
  const moved = gatherQuantizedRows(data, order);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      expect(dequantize(moved, row, col)).toBe(dequantize(data, order[row], col));
    }
  }
  expect(gatherQuantizedRows(moved, interleavedOrder(rows, 4))).toEqual(data);
});
