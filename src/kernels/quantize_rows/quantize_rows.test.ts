import { beforeAll, describe, expect, test } from "vitest";
import * as embeddingCpu from "../embedding/cpu";
import * as embeddingGpu from "../embedding/webgpu";
import { openSide, randomNumbers, sideNames, type Side } from "../testing";
import * as cpu from "./cpu";
import * as webgpu from "./webgpu";

const both = { ...cpu, gather: embeddingCpu.gather };

describe.each(sideNames)("quantized rows on %s", (name) => {
  let side: Side<typeof both>;
  beforeAll(async () => {
    side = await openSide(name, both, { ...webgpu, gather: embeddingGpu.gather });
  });

  test.for([
    [1, 32, 1],
    [3, 64, 5],
    [67, 192, 130],
  ])(
    "%i rows of %i placed among %i: each number is half a step away at most",
    async ([count, cols, total]) => {
      const values = randomNumbers(count * cols, "x");
      // One group of zeros, one with a single number.
      values.fill(0, 0, 32);
      if (cols > 32) values.fill(0, 33, 64);
      const rows = Array.from({ length: count }, (_, i) => total - 1 - i);
      const out = side.weight({
        ...{ rows: total, cols, bits: 8, zero: 0, group: 32, offsets: null },
        words: new Uint32Array((total * cols) / 4),
        scales: new Float32Array((total * cols) / 32),
      });
      side.kernels.quantizeRows({ x: side.tensor(count, cols, values), rows: side.indices(rows), out });
      const back = side.tensor(count, cols);
      side.kernels.gather({ table: out, rows: side.indices(rows), out: back });
      const [read, scales] = [await side.read(back), await side.read(out.scales)];
      for (let i = 0; i < count; i++)
        for (let start = 0; start < cols; start += 32) {
          const group = Array.from({ length: 32 }, (_, c) => values[i * cols + start + c]);
          const scale = Math.max(...group.map(Math.abs)) / 127;
          expect(scales[(rows[i] * cols + start) / 32]).toBeCloseTo(scale, 6);
          group.forEach((value, c) =>
            expect(Math.abs(read[i * cols + start + c] - value)).toBeLessThanOrEqual(scale * 0.5001),
          );
        }
      if (cols > 32) expect(read[32]).toBeCloseTo(values[32], 5);
    },
  );
});
