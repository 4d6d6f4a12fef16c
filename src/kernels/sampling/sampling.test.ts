import { beforeAll, describe, expect, test } from "vitest";
import { deriveKey, seedKey, threefry, wordToUnit } from "../random/random";
import { expectClose, openSide, randomNumbers, sideNames, type Side } from "../testing";
import * as cpu from "./cpu";
import * as webgpu from "./webgpu";

describe.each(sideNames)("sampling on %s", (name) => {
  let side: Side<typeof cpu>;
  beforeAll(async () => {
    side = await openSide(name, cpu, webgpu);
  });

  async function draw(logits: Float32Array<ArrayBuffer>, vocab: number, { greedy = false, seed = 1 } = {}) {
    const rows = logits.length / vocab;
    const keys = Array.from({ length: rows }, (_, row) => deriveKey(seedKey(seed), row));
    const options = {
      logits: side.tensor(rows, vocab, logits),
      draws: side.indices(
        keys.flatMap((key) => [...key, 5, 0]),
        4,
      ),
      greedy,
      ids: side.indices(keys.map(() => 0)),
      logprobs: side.tensor(rows, 1),
      entropies: side.tensor(rows, 1),
    };
    side.kernels.sample(options);
    const units = keys.map((key) => wordToUnit(threefry(key, 5, 0)[0]));
    return {
      units,
      ids: await side.readIndices(options.ids),
      logprobs: await side.read(options.logprobs),
      entropies: await side.read(options.entropies),
    };
  }

  test("frequencies follow the probabilities", async () => {
    const vocab = 8;
    const row = Float32Array.of(1, 0, -1, 2, 0.5, -3, 0, -20);
    const count = 4000;
    const logits = new Float32Array(count * vocab);
    for (let r = 0; r < count; r++) logits.set(row, r * vocab);
    const { ids } = await draw(logits, vocab);
    const total = row.reduce((sum, z) => sum + Math.exp(z), 0);
    const chiSquare = [...row].reduce((sum, z, v) => {
      const expected = (count * Math.exp(z)) / total;
      const seen = ids.filter((id) => id === v).length;
      return expected < 1 ? sum : sum + (seen - expected) ** 2 / expected;
    }, 0);
    expect(chiSquare).toBeLessThan(24); // six degrees of freedom, p ≈ 0.0005
  });

  test.each([16, 600, 1000])("log-probabilities and entropies over %i tokens", async (vocab) => {
    const rows = 9;
    const logits = randomNumbers(rows * vocab, "logits").map((x) => 3 * x);
    const { ids, logprobs, entropies } = await draw(logits.slice(), vocab);
    for (let r = 0; r < rows; r++) {
      const z = [...logits.slice(r * vocab, (r + 1) * vocab)];
      const logSum = Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0));
      expect(ids[r]).toBeLessThan(vocab);
      expect(logprobs[r]).toBeCloseTo(z[ids[r]] - logSum, 4);
      const entropy = -z.reduce((sum, value) => sum + Math.exp(value - logSum) * (value - logSum), 0);
      expect(entropies[r]).toBeCloseTo(entropy, 4);
    }
  });

  test("greedy takes the first of the largest logits", async () => {
    const logits = randomNumbers(3 * 600, "greedy");
    logits[17] = logits[300] = 50;
    logits[600 + 599] = 40;
    logits[1200] = 30;
    const { ids, logprobs } = await draw(logits, 600, { greedy: true });
    expect(ids).toEqual([17, 599, 0]);
    expect(logprobs[0]).toBeCloseTo(-Math.log(2), 5);
  });

  test("a token without probability is never drawn", async () => {
    const logits = new Float32Array(500 * 8).fill(-1e9);
    for (let r = 0; r < 500; r++) logits[r * 8 + 5] = logits[r * 8 + 2] = 0;
    const { ids } = await draw(logits, 8);
    expect(new Set(ids)).toEqual(new Set([2, 5]));
  });

  test("a row's draw depends on its key alone", async () => {
    const logits = randomNumbers(64, "alone");
    const twice = Float32Array.from([...logits, ...logits]);
    const first = await draw(logits.slice(), 64);
    expect((await draw(twice, 64)).ids[0]).toBe(first.ids[0]);
    const seeds = [1, 2, 3, 4, 5, 6];
    const others = await Promise.all(seeds.map((seed) => draw(logits.slice(), 64, { seed })));
    expect(new Set(others.map((other) => other.ids[0])).size).toBeGreaterThan(1);
  });
});

test("both backends invert the same distribution at the same number", async () => {
  const vocab = 40; // one part on webgpu: the order of the tokens is the same there
  const logits = randomNumbers(200 * vocab, "both");
  const ids = await Promise.all(
    sideNames.map(async (name) => {
      const side = await openSide(name, cpu, webgpu);
      const keys = Array.from({ length: 200 }, (_, row) => deriveKey(seedKey(9), row));
      const out = side.indices(keys.map(() => 0));
      side.kernels.sample({
        logits: side.tensor(200, vocab, logits.slice()),
        draws: side.indices(
          keys.flatMap((key) => [...key, 0, 0]),
          4,
        ),
        greedy: false,
        ids: out,
        logprobs: side.tensor(200, 1),
        entropies: side.tensor(200, 1),
      });
      return side.readIndices(out);
    }),
  );
  expect(ids[0]).toEqual(ids[1]);
  expectClose(ids[0], ids[1], 0);
});
