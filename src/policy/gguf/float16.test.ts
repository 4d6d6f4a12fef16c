import { expect, test } from "vitest";
import { RandomStream } from "../../kernels/random/random";
import { floatToHalf, halfToFloat } from "./float16";

/** IEEE 754-2019, section 3.4, with powers spelled as powers. */
function definition(half: number): number {
  const sign = half >>> 15 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = (half & 1023) / 1024;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

test("all 65,536 patterns have the value of the definition, and turn back into themselves", () => {
  for (let half = 0; half < 0x10000; half++) {
    const value = halfToFloat(half);
    if (!Object.is(value, definition(half))) expect.fail(`${half} became ${value}`);
    if (Number.isNaN(value)) expect(halfToFloat(floatToHalf(value))).toBeNaN();
    else if (floatToHalf(value) !== half) expect.fail(`${half} turned back into ${floatToHalf(value)}`);
  }
});

test("between two neighbours the nearer is taken, and of equals the even one", () => {
  // 0x7bff is the largest finite number; the step past it ends in the infinity 0x7c00, at 65536 if it had a value.
  const extended = (half: number) => (half === 0x7c00 ? 65536 : definition(half));
  const nudge = new Float32Array(1);
  const bits = new Uint32Array(nudge.buffer);
  for (let half = 0; half < 0x7c00; half++) {
    const middle = (extended(half) + extended(half + 1)) / 2;
    expect(Math.fround(middle)).toBe(middle);
    const even = half % 2 === 0 ? half : half + 1;
    nudge[0] = middle;
    bits[0]--;
    const below = nudge[0];
    bits[0] += 2;
    const above = nudge[0];
    const found = [floatToHalf(below), floatToHalf(middle), floatToHalf(above)];
    const expected = [half, even, half + 1];
    if (found.join() !== expected.join()) expect.fail(`around ${middle}: ${found}, not ${expected}`);
    if (floatToHalf(-middle) !== (even | 0x8000)) expect.fail(`−${middle} became ${floatToHalf(-middle)}`);
  }
});

test("random f32 values of all sizes are at most half a step away", () => {
  const random = RandomStream.of(3, "float16");
  const value = new Float32Array(1);
  const bits = new Uint32Array(value.buffer);
  for (let i = 0; i < 20000; i++) {
    bits[0] = random.word();
    if (!(Math.abs(value[0]) < 65520)) continue;
    const half = floatToHalf(value[0]);
    const distance = Math.abs(definition(half) - value[0]);
    for (const neighbour of [half - 1, half + 1]) {
      if ((neighbour & 0x7c00) === 0x7c00 || (neighbour & 0x7fff) === 0x7fff) continue;
      expect(distance).toBeLessThanOrEqual(Math.abs(definition(neighbour & 0xffff) - value[0]));
    }
  }
});

test("what is too large becomes an infinity, and NaN stays NaN", () => {
  expect([65519.99, 65520, 1e30, Infinity].map(floatToHalf)).toEqual([0x7bff, 0x7c00, 0x7c00, 0x7c00]);
  expect([-65520, -Infinity, -0].map(floatToHalf)).toEqual([0xfc00, 0xfc00, 0x8000]);
  expect(halfToFloat(floatToHalf(NaN))).toBeNaN();
});
