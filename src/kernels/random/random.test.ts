import { describe, expect, test } from "vitest";
import { openSide } from "../testing";
import { deriveKey, RandomStream, seedKey, threefry, wordToUnit, type Key } from "./random";
import code from "./random.wgsl?raw";

describe("threefry", () => {
  // Known answers of the reference implementation (Random123, kat_vectors, threefry2x32 20 rounds).
  test.each<[Key, [number, number], [number, number]]>([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])("known answers", (key, counter, answer) => {
    expect(threefry(key, ...counter)).toEqual(answer);
  });

  test("gives the same integers in WGSL", async () => {
    const { gpu } = await openSide("webgpu", {}, {});
    const count = 100;
    const out = gpu!.tensor(count, 2, "u32");
    const kernel = {
      name: "threefry test",
      entryPoint: "main",
      bindings: ["write"] as const,
      code: `${code}
        @group(0) @binding(0) var<storage, read_write> out: array<vec2u>;
        @group(1) @binding(0) var<uniform> key: vec4u;
        @compute @workgroup_size(64)
        fn main(@builtin(global_invocation_id) id: vec3u) {
          if (id.x < ${count}u) { out[id.x] = threefry(key.xy, vec2u(id.x, 7u)); }
        }`,
    };
    const key = seedKey(12345);
    gpu!.dispatch(kernel, [out], [...key], [2]);
    const words = new Uint32Array(await gpu!.read(out));
    for (let i = 0; i < count; i++) expect([words[2 * i], words[2 * i + 1]]).toEqual(threefry(key, i, 7));
  });
});

describe("streams", () => {
  test("a path names a stream: same path same numbers, any other path others", () => {
    const draw = (...path: (string | number)[]) => RandomStream.of(7, ...path).word();
    expect(draw("step", 3, "group", 1)).toBe(draw("step", 3, "group", 1));
    const words = [
      draw("step", 3, "group", 1),
      draw("step", 3, "group", 2),
      draw("step", 4, "group", 1),
      draw("group", 1),
      draw(1),
      draw("1"),
    ];
    expect(new Set(words).size).toBe(words.length);
  });

  test("a child does not depend on what was drawn before", () => {
    const [a, b] = [RandomStream.of(1), RandomStream.of(1)];
    a.word();
    expect(a.child("x").word()).toBe(b.child("x").word());
    expect(deriveKey(seedKey(1), "x")).toEqual(b.child("x").key);
  });

  test("units are uniform in [0, 1) and exactly representable in f32", () => {
    const stream = RandomStream.of(2, "uniform");
    const units = Array.from({ length: 20000 }, () => stream.unit());
    expect(units.every((u) => u >= 0 && u < 1 && Math.fround(u) === u)).toBe(true);
    expect(units.reduce((a, b) => a + b) / units.length).toBeCloseTo(0.5, 2);
    expect(wordToUnit(0xffffffff)).toBeLessThan(1);
  });

  test("integers, picks, shuffles and normals have their distributions", () => {
    const stream = RandomStream.of(4, "distributions");
    const counts = [0, 0, 0];
    for (let i = 0; i < 9000; i++) counts[stream.integer(3)]++;
    for (const count of counts) expect(Math.abs(count - 3000)).toBeLessThan(200);
    expect([...stream.shuffled([1, 2, 3, 4, 5])].sort()).toEqual([1, 2, 3, 4, 5]);
    const normals = Array.from({ length: 20000 }, () => stream.normal());
    const mean = normals.reduce((a, b) => a + b) / normals.length;
    const variance = normals.reduce((a, b) => a + (b - mean) ** 2, 0) / normals.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
  });
});
