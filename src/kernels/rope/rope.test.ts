import { beforeAll, describe, expect, test } from "vitest";
import { expectClose, openSide, randomNumbers, sideNames, type Side } from "../testing";
import * as cpu from "./cpu";
import { ropeTable } from "./rope";
import * as webgpu from "./webgpu";

const [headDim, heads, base] = [6, 3, 10000];
const cols = heads * headDim;

describe.each(sideNames)("rope on %s", (name) => {
  let side: Side<typeof cpu>;
  beforeAll(async () => {
    side = await openSide(name, cpu, webgpu);
  });

  test("the pair (i, i + h/2) turns by position · base^(−2i/h), and back", async () => {
    const places = [0, 1, 5, 4095, 7];
    const data = randomNumbers(places.length * cols, "x");
    const expected = data.map((value, at) => {
      const [row, i] = [Math.floor(at / cols), at % headDim];
      const half = headDim / 2;
      const angle = places[row] * Math.pow(base, (-2 * (i % half)) / headDim);
      return i < half
        ? value * Math.cos(angle) - data[at + half] * Math.sin(angle)
        : value * Math.cos(angle) + data[at - half] * Math.sin(angle);
    });
    const x = side.tensor(places.length, cols, data);
    const table = side.tensor(4096, headDim, ropeTable(4096, { headDim, ropeBase: base }));
    const positions = side.indices(places);
    side.kernels.rope({ x, positions, table });
    expectClose(await side.read(x), expected, 1e-6);
    // The gradient of a rotation is the opposite one: there and back is the identity.
    side.kernels.rope({ x, positions, table, inverse: true });
    expectClose(await side.read(x), data, 1e-6);
  });

  test("scalar products after rotation depend on the distance only", async () => {
    const table = side.tensor(64, headDim, ropeTable(64, { headDim, ropeBase: base }));
    const data = randomNumbers(2 * headDim, "q and k");
    async function product(i: number, j: number): Promise<number> {
      const x = side.tensor(2, headDim, data);
      side.kernels.rope({ x, positions: side.indices([i, j]), table });
      const turned = await side.read(x);
      let sum = 0;
      for (let d = 0; d < headDim; d++) sum += turned[d] * turned[headDim + d];
      return sum;
    }
    expect(await product(20, 13)).toBeCloseTo(await product(50, 43), 5);
    expect(await product(20, 13)).not.toBeCloseTo(await product(20, 14), 3);
  });
});
