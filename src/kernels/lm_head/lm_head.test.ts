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
import { logitsChunk, type LogitsChunk } from "./lm_head";
import * as webgpu from "./webgpu";

interface Case {
  rows: number;
  vocab: number;
  dim: number;
  temperature: number;
  /** Without one: 64 whole rows. */
  chunk?: LogitsChunk;
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
  { rows: 5, vocab: 136, dim: 8, temperature: 0.7, chunk: { rows: 64, vocab: 64 } },
  { rows: 70, vocab: 1000, dim: 8, temperature: 1, chunk: { rows: 64, vocab: 192 } },
];

describe.each(sideNames)("lm_head on %s", (name) => {
  let side: Side<typeof cpu>;
  beforeAll(async () => {
    side = await openSide(name, cpu, webgpu);
  });

  function setUp({ rows, vocab, dim, temperature, chunk = { rows: 64, vocab } }: Case) {
    const data = {
      hidden: randomNumbers(rows * dim, "hidden"),
      weight: randomNumbers(vocab * dim, "weight"),
      coefficients: randomNumbers(rows, "coefficients"),
    };
    const targets = Array.from({ length: rows }, (_, r) => (r * 7 + 3) % vocab);
    const options = {
      ...{ temperature, chunk },
      hidden: side.tensor(rows, dim, data.hidden),
      weight: side.tensor(vocab, dim, data.weight),
      targets: side.indices(targets),
      logprobs: side.tensor(rows, 1),
      entropies: side.tensor(rows, 1),
      logSumExp: side.tensor(rows, 1),
      unsampledMass: side.tensor(rows, 1),
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

  test("rows at a time give what all rows give", async () => {
    const shape = { rows: 200, vocab: 40, dim: 16, temperature: 1 };
    const [some, all] = [64, 256].map((rows) => setUp({ ...shape, chunk: { rows, vocab: 40 } }).options);
    for (const options of [some, all]) {
      side.kernels.lmHead(options);
      side.kernels.lmHeadBackward(options);
    }
    for (const key of ["logprobs", "entropies", "gradHidden", "statistics", "unsampledMass"] as const)
      expect(await side.read(some[key])).toEqual(await side.read(all[key]));
    expectClose(await side.read(some.gradWeight), await side.read(all.gradWeight), 1e-6);
  });

  test("blocks of a quantized vocabulary give what the whole gives", async () => {
    const [rows, vocab, dim] = [70, 520, 64];
    for (const [bits, zero, group, offsets] of [
      [4, 8, 32, false],
      [4, 0, 32, true],
      [8, 0, 16, false],
    ] as const) {
      const weight = side.weight(randomQuantized(vocab, dim, { bits, zero, group, offsets }));
      const [blocks, whole] = [192, vocab].map((columns) => ({
        ...setUp({ rows, vocab, dim, temperature: 1, chunk: { rows: 64, vocab: columns } }).options,
        ...{ weight, gradWeight: null },
      }));
      for (const options of [blocks, whole]) {
        side.kernels.lmHead(options);
        side.kernels.lmHeadBackward(options);
      }
      for (const key of ["logprobs", "entropies", "gradHidden", "statistics", "unsampledMass"] as const)
        expectClose(await side.read(blocks[key]), await side.read(whole[key]), 2e-6);
    }
  });

  test.each([8, 136])("a near-certain token keeps its small unsampled part: of %i", async (vocab) => {
    // p_y rounds to 1 in f32; the sum over the others does not cancel.
    const hidden = side.tensor(1, 4, Float32Array.of(1, 0, 0, 0));
    const weight = new Float32Array(vocab * 4);
    weight[4 * (vocab - 4)] = 22;
    const chunk = { rows: 64, vocab: Math.min(vocab, 64) };
    const { options } = setUp({ rows: 1, vocab, dim: 4, temperature: 1, chunk });
    const changed = { ...options, hidden, weight: side.tensor(vocab, 4, weight) };
    const certain = { ...changed, targets: side.indices([vocab - 4]) };
    side.kernels.lmHead(certain);
    side.kernels.lmHeadBackward(certain);
    const [mass] = await side.read(options.statistics);
    expect(mass / ((vocab - 1) * Math.exp(-22))).toBeCloseTo(1, 4);
    const [known] = await side.read(options.unsampledMass);
    expect(known / mass).toBeCloseTo(1, 5);
    // What the sampled token's weights receive, and all others together, is the same.
    const [coefficient] = await side.read(options.coefficients);
    const received = await side.read(options.gradWeight);
    expect(received[4 * (vocab - 4)] / (-coefficient * mass)).toBeCloseTo(1, 5);
    expect(received[4] / (coefficient * Math.exp(-22))).toBeCloseTo(1, 4);
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

test("chunks: whole rows where hundreds of them fit, blocks of large vocabularies", () => {
  expect(logitsChunk(512, "cpu")).toEqual({ rows: 256, vocab: 512 });
  expect(logitsChunk(512, "webgpu")).toEqual({ rows: 8192, vocab: 512 });
  for (const vocab of [32000, 49152, 151936])
    for (const backend of ["cpu", "webgpu"] as const) {
      const chunk = logitsChunk(vocab, backend);
      expect(chunk.rows * chunk.vocab).toBeLessThanOrEqual((512 * vocab) / 8);
    }
});
