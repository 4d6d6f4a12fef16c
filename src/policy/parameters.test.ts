import { beforeEach, describe, expect, test } from "vitest";
import type { Backend } from "../compute/backend";
import { CpuBackend } from "../compute/cpu";
import { Parameters, splitPool } from "./parameters";

const shapes = [
  { name: "first", rows: 3, cols: 30 },
  { name: "second", rows: 1, cols: 64 },
  { name: "third", rows: 2, cols: 1 },
];

let backend: Backend;
let parameters: Parameters;

beforeEach(async () => {
  backend = await CpuBackend.create();
  parameters = new Parameters(backend, shapes);
});

const numbers = (count: number, from: number) => Float32Array.from({ length: count }, (_, i) => from + i);
const matrices = () =>
  new Map([
    ["first", numbers(90, 1)],
    ["second", numbers(64, 1000)],
    ["third", numbers(2, 2000)],
  ]);

describe("trainable matrices in flat pools", () => {
  test("each starts at a multiple of 64, in the order given; the count is of the trained numbers", () => {
    expect(parameters.entries.map(({ name, start }) => [name, start])).toEqual([
      ["first", 0],
      ["second", 128],
      ["third", 192],
    ]);
    expect(parameters.count).toBe(90 + 64 + 2);
    expect(parameters.values.rows * parameters.values.cols).toBe(256);
  });

  test("what is written is read back; the gaps stay 0", async () => {
    parameters.write(matrices());
    expect(await parameters.read()).toEqual(matrices());
    const flat = await backend.read(parameters.values);
    expect(flat.slice(90, 128).every((value) => value === 0)).toBe(true);
    expect(flat.slice(194).every((value) => value === 0)).toBe(true);
    expect(splitPool(parameters.entries, flat)).toEqual(matrices());
  });

  test("a view shares its pool's memory, values and gradients apart", async () => {
    parameters.write(matrices());
    const { value, gradient } = parameters.get("second");
    expect([value.rows, value.cols]).toEqual([1, 64]);
    expect(await backend.read(value)).toEqual(numbers(64, 1000));
    backend.write(gradient, numbers(64, 5));
    const read = await parameters.read(parameters.gradients);
    expect(read.get("second")).toEqual(numbers(64, 5));
    expect(read.get("first")!.every((g) => g === 0)).toBe(true);
    expect((await parameters.read()).get("second")).toEqual(numbers(64, 1000));
  });

  test("a name that is unknown, missing or of another size is a bug of the caller, and says so", () => {
    expect(() => parameters.get("fourth")).toThrow("fourth");
    const missing = matrices();
    missing.delete("third");
    expect(() => parameters.write(missing)).toThrow("third: undefined numbers for 2 × 1");
    expect(() => parameters.write(matrices().set("second", numbers(63, 0)))).toThrow("second: 63 numbers");
  });

  test("no matrices are no numbers", () => {
    expect(new Parameters(backend, []).count).toBe(0);
  });
});
