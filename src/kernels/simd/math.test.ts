import { describe, expect, test } from "vitest";
import { CpuContext } from "../cpu";
import { exp, log, sincos } from "../math";
import { RandomStream } from "../random/random";

/** Distance of `actual` from the true value in units of the last place of f32 at the true value. */
function ulps(actual: number, truth: number): number {
  const magnitude = Math.abs(Math.fround(truth));
  const exponent = magnitude < 2 ** -126 ? -126 : Math.floor(Math.log2(magnitude));
  return Math.abs(actual - truth) / 2 ** (exponent - 23);
}

const samples = (count: number, from: number, to: number) => {
  const stream = RandomStream.of(3, "math", count);
  return Array.from({ length: count }, () => from + (to - from) * stream.unit());
};

// The engine's own functions are the yardstick: they are within an ulp of f64, far below one of f32.
describe("own transcendental functions are within one unit in the last place of f32", () => {
  test.each([
    ["exp", exp, Math.exp, samples(20000, -87, 88)],
    ["log", log, Math.log, samples(20000, 1e-6, 1e6)],
    ["log near 1", log, Math.log, samples(20000, 0.9, 1.1)],
    ["sin", (x: number) => sincos(x)[0], Math.sin, samples(20000, -5000, 5000)],
    ["cos", (x: number) => sincos(x)[1], Math.cos, samples(20000, -5000, 5000)],
  ])("%s", (_name, own, engine, points) => {
    const worst = Math.max(...points.map((x) => ulps(Math.fround(own(x)), engine(x))));
    expect(worst).toBeLessThanOrEqual(1);
  });

  test("and far better than that in double precision", () => {
    const points = samples(5000, -30, 30);
    expect(Math.max(...points.map((x) => Math.abs(exp(x) / Math.exp(x) - 1)))).toBeLessThan(4e-15);
    expect(Math.max(...points.map((x) => Math.abs(log(x * x) - Math.log(x * x))))).toBeLessThan(4e-15);
    expect(Math.max(...points.map((x) => Math.abs(sincos(x)[0] - Math.sin(x))))).toBeLessThan(4e-16);
  });

  test("exp on four lanes of WebAssembly", async () => {
    const cpu = await CpuContext.create();
    const points = Float32Array.from(samples(20000, -103, 88));
    const [x, y] = [cpu.tensor(1, points.length), cpu.tensor(1, points.length)];
    x.f32.set(points);
    cpu.simd.expArray(x.pointer, y.pointer, points.length);
    const results = y.f32;
    const worst = Math.max(...Array.from(points, (p, i) => ulps(results[i], Math.exp(p))));
    expect(worst).toBeLessThanOrEqual(1);
  });
});

describe("edges", () => {
  test("exp and log at the ends of their ranges", () => {
    expect([exp(0), exp(-Infinity), exp(Infinity), exp(800), exp(-800)]).toEqual([
      1,
      0,
      Infinity,
      Infinity,
      0,
    ]);
    expect(exp(NaN)).toBeNaN();
    expect([log(1), log(0), log(Infinity)]).toEqual([0, -Infinity, Infinity]);
    expect(log(-1)).toBeNaN();
    expect(log(5e-324)).toBeCloseTo(Math.log(5e-324), 10);
  });

  test("exp on four lanes at the ends of its range", async () => {
    const cpu = await CpuContext.create();
    const [x, y] = [cpu.tensor(1, 4), cpu.tensor(1, 4)];
    x.f32.set([0, -200, 200, -Infinity]);
    cpu.simd.expArray(x.pointer, y.pointer, 4);
    expect([...y.f32]).toEqual([1, 0, Infinity, 0]);
  });
});
