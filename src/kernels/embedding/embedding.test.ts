import { beforeAll, describe, expect, test } from "vitest";
import { dequantize } from "../tensor";
import { expectClose, openSide, randomNumbers, randomQuantized, sideNames, type Side } from "../testing";
import * as cpu from "./cpu";
import { groupRows } from "./embedding";
import * as webgpu from "./webgpu";

const lookups = [3, 0, 3, 6, 3, 1];

test("lookups are grouped by row, in order", () => {
  const { targets, starts, order } = groupRows(lookups);
  expect([...targets]).toEqual([0, 1, 3, 6]);
  expect([...starts]).toEqual([0, 1, 2, 5, 6]);
  expect([...order]).toEqual([1, 5, 0, 2, 4, 3]);
  expect(groupRows([]).starts).toEqual(Uint32Array.of(0));
});

describe.each(sideNames)("embedding on %s", (name) => {
  let side: Side<typeof cpu>;
  beforeAll(async () => {
    side = await openSide(name, cpu, webgpu);
  });

  test("gather copies rows of a float table exactly", async () => {
    const [v, d] = [7, 70];
    const data = randomNumbers(v * d, "table");
    const out = side.tensor(lookups.length, d);
    side.kernels.gather({ table: side.tensor(v, d, data), rows: side.indices(lookups), out });
    expect(await side.read(out)).toEqual(
      Float32Array.from(lookups.flatMap((row) => [...data.slice(row * d, (row + 1) * d)])),
    );
  });

  test.each([
    { bits: 8, zero: 0, group: 32, offsets: false },
    { bits: 8, zero: 0, group: 16, offsets: true },
    { bits: 4, zero: 8, group: 32, offsets: false },
    { bits: 4, zero: 0, group: 16, offsets: true },
  ] as const)("gather dequantizes exactly: $bits bits, groups of $group", async (format) => {
    const [v, d] = [7, 96];
    const table = randomQuantized(v, d, format);
    const out = side.tensor(lookups.length, d);
    side.kernels.gather({ table: side.weight(table), rows: side.indices(lookups), out });
    const expected = lookups.flatMap((row) =>
      Array.from({ length: d }, (_, col) => dequantize(table, row, col)),
    );
    // Without offsets there is one rounding: equal. With them a GPU may fuse multiply and add.
    expectClose(await side.read(out), expected, format.offsets ? 1e-7 : 0);
  });

  test("scatter places rows and leaves the others alone", async () => {
    const before = randomNumbers(5 * 3, "before");
    const x = randomNumbers(2 * 3, "x");
    const out = side.tensor(5, 3, before);
    side.kernels.scatter({ x: side.tensor(2, 3, x), rows: side.indices([4, 1]), out });
    const expected = before.slice();
    expected.set(x.slice(0, 3), 12);
    expected.set(x.slice(3, 6), 3);
    expect(await side.read(out)).toEqual(expected);
  });

  test("scatterAdd is the gradient of gather", async () => {
    const [v, d] = [7, 5];
    const before = randomNumbers(v * d, "before");
    const x = randomNumbers(lookups.length * d, "x");
    const groups = groupRows(lookups);
    const out = side.tensor(v, d, before);
    side.kernels.scatterAdd({
      x: side.tensor(lookups.length, d, x),
      targets: side.indices([...groups.targets]),
      starts: side.indices([...groups.starts]),
      order: side.indices([...groups.order]),
      out,
    });
    const expected = Float64Array.from(before);
    lookups.forEach((row, i) => {
      for (let c = 0; c < d; c++) expected[row * d + c] += x[i * d + c];
    });
    expectClose(await side.read(out), expected, 1e-6);
  });
});
