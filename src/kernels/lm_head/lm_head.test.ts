import { beforeAll, describe, expect, test } from "vitest";
import {
  expectClose,
  finiteDifferences,
  openSide,
  randomNumbers,
  randomQuantized,
  sideNames,
  type Side,
} from "../testing";
import * as cpu from "./cpu";
import { chunkRows } from "./lm_head";
import * as webgpu from "./webgpu";

interface Case {
  rows: number;
  vocab: number;
  dim: number;
  temperature: number;
}

/** Log-probabilities of all tokens, by the definition, in double precision. */
function logSoftmax(
  { rows, vocab, dim, temperature }: Case,
  hidden: ArrayLike<number>,
  weight: ArrayLike<number>,
) {
  return Array.from({ length: rows }, (_, r) => {
    const z = Array.from({ length: vocab }, (_, v) => {
      let dot = 0;
      for (let d = 0; d < dim; d++) dot += hidden[r * dim + d] * weight[v * dim + d];
      return dot / temperature;
    });
    const top = Math.max(...z);
    const logSum = top + Math.log(z.reduce((sum, value) => sum + Math.exp(value - top), 0));
    return z.map((value) => value - logSum);
  });
}

const cases: Case[] = [
  { rows: 1, vocab: 8, dim: 4, temperature: 1 },
  { rows: 3, vocab: 24, dim: 12, temperature: 0.7 },
  { rows: 70, vocab: 520, dim: 8, temperature: 1 },
];

describe.each(sideNames)("lm_head on %s", (name) => {
  let side: Side<typeof cpu>;
  beforeAll(async () => {
    side = await openSide(name, cpu, webgpu);
  });

  function setUp(shape: Case, rowsPerChunk = 64) {
    const { rows, vocab, dim, temperature } = shape;
    const data = {
      hidden: randomNumbers(rows * dim, "hidden"),
      weight: randomNumbers(vocab * dim, "weight"),
      coefficients: randomNumbers(rows, "coefficients"),
    };
    const targets = Array.from({ length: rows }, (_, r) => (r * 7 + 3) % vocab);
    const options = {
      ...{ temperature, rowsPerChunk },
      hidden: side.tensor(rows, dim, data.hidden),
      weight: side.tensor(vocab, dim, data.weight),
      targets: side.indices(targets),
      logprobs: side.tensor(rows, 1),
      entropies: side.tensor(rows, 1),
      logSumExp: side.tensor(rows, 1),
      coefficients: side.tensor(rows, 1, data.coefficients),
      gradHidden: side.tensor(rows, dim, data.hidden),
      gradWeight: side.tensor(vocab, dim),
      statistics: side.tensor(rows, 4),
    };
    return { data, targets, options };
  }

  test.each(cases)("log-probabilities and entropies: $rows × $vocab", async (shape) => {
    const { data, targets, options } = setUp(shape);
    side.kernels.lmHead(options);
    const logp = logSoftmax(shape, data.hidden, data.weight);
    expectClose(
      await side.read(options.logprobs),
      targets.map((y, r) => logp[r][y]),
      1e-6,
    );
    const entropies = logp.map((row) => -row.reduce((sum, value) => sum + Math.exp(value) * value, 0));
    expectClose(await side.read(options.entropies), entropies, 2e-6);
  });

  test.each(cases)("gradients by finite differences, and their statistics: $rows × $vocab", async (shape) => {
    const { data, targets, options } = setUp(shape);
    side.kernels.lmHead(options);
    side.kernels.lmHeadBackward(options);
    const loss = (hidden: ArrayLike<number>, weight: ArrayLike<number>) =>
      -logSoftmax(shape, hidden, weight).reduce(
        (sum, row, r) => sum + data.coefficients[r] * row[targets[r]],
        0,
      );
    if (shape.rows < 10) {
      const gradHidden = finiteDifferences((x) => loss(x, data.weight), data.hidden);
      expectClose(await side.read(options.gradHidden), gradHidden, 2e-6);
      const gradWeight = finiteDifferences((x) => loss(data.hidden, x), data.weight);
      expectClose(await side.read(options.gradWeight), gradWeight, 2e-6);
    }
    const statistics = await side.read(options.statistics);
    logSoftmax(shape, data.hidden, data.weight).forEach((row, r) => {
      const unsampled = row.filter((_, v) => v !== targets[r]);
      const sum = (f: (logp: number) => number) => unsampled.reduce((total, logp) => total + f(logp), 0);
      const expected = [sum(Math.exp), sum((l) => Math.exp(2 * l)), sum((l) => Math.exp(l) * l)];
      expectClose(statistics.slice(4 * r, 4 * r + 4), [...expected, Math.exp(row[targets[r]])], 3e-6);
    });
  });

  test("chunks give what the whole gives", async () => {
    const shape = { rows: 200, vocab: 40, dim: 16, temperature: 1 };
    const [chunked, whole] = [setUp(shape, 64).options, setUp(shape, 256).options];
    for (const options of [chunked, whole]) {
      side.kernels.lmHead(options);
      side.kernels.lmHeadBackward(options);
    }
    for (const key of ["logprobs", "entropies", "gradHidden", "statistics"] as const)
      expect(await side.read(chunked[key])).toEqual(await side.read(whole[key]));
    expectClose(await side.read(chunked.gradWeight), await side.read(whole.gradWeight), 1e-6);
  });

  test("a near-certain token keeps its small unsampled part", async () => {
    // p_y = 1 − 1e-9 rounds to 1 in f32; the sum over the others does not cancel.
    const hidden = side.tensor(1, 4, Float32Array.of(1, 0, 0, 0));
    const weight = new Float32Array(8 * 4);
    weight[0] = 22;
    const options = { ...setUp({ rows: 1, vocab: 8, dim: 4, temperature: 1 }).options, hidden };
    options.weight = side.tensor(8, 4, weight);
    options.targets = side.indices([0]);
    side.kernels.lmHead(options);
    side.kernels.lmHeadBackward(options);
    const [mass] = await side.read(options.statistics);
    expect(mass / (7 * Math.exp(-22))).toBeCloseTo(1, 4);
  });

  test("quantized heads", async () => {
    const { options } = setUp({ rows: 5, vocab: 16, dim: 32, temperature: 1 });
    const weight = side.weight(randomQuantized(16, 32, { bits: 8, zero: 0, group: 32, offsets: false }));
    side.kernels.lmHead({ ...options, weight });
    side.kernels.lmHeadBackward({ ...options, weight, gradWeight: null });
    expect((await side.read(options.gradHidden)).every(Number.isFinite)).toBe(true);
    const perRow = await side.read(options.statistics);
    for (let r = 0; r < 5; r++) expect(perRow[4 * r] + perRow[4 * r + 3]).toBeCloseTo(1, 5);
  });
});

test("chunk sizes", () => {
  expect([chunkRows(512, 1 << 17), chunkRows(151936, 1 << 22), chunkRows(49152, 1 << 22)]).toEqual([
    256, 64, 64,
  ]);
});
