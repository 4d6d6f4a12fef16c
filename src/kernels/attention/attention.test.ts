import { beforeAll, describe, expect, test } from "vitest";
import { expectClose, finiteDifferences, openSide, randomNumbers, sideNames, type Side } from "../testing";
import { queryEnds } from "./attention";
import * as cpu from "./cpu";
import * as webgpu from "./webgpu";

interface Case {
  heads: number;
  kvHeads: number;
  headDim: number;
  /** Prompt length and branch lengths of each tree. */
  trees: [prompt: number, branches: number[]][];
}

/** The ranges of packed trees: each prompt followed by its branches. */
function rangesOf(trees: Case["trees"]): number[] {
  const ranges: number[] = [];
  let row = 0;
  for (const [prompt, branches] of trees) {
    const start = row;
    for (; row < start + prompt; row++) ranges.push(start, start, start, row + 1);
    for (const length of branches) {
      const branch = row;
      for (; row < branch + length; row++) ranges.push(start, start + prompt, branch, row + 1);
    }
  }
  return ranges;
}

/** The definition, in double precision. */
function reference(shape: Case, q: ArrayLike<number>, k: ArrayLike<number>, v: ArrayLike<number>) {
  const { heads, kvHeads, headDim } = shape;
  const ranges = rangesOf(shape.trees);
  const out = new Float64Array(q.length);
  for (let t = 0; t < ranges.length / 4; t++) {
    const keys: number[] = [];
    for (const r of [0, 2]) for (let j = ranges[4 * t + r]; j < ranges[4 * t + r + 1]; j++) keys.push(j);
    for (let head = 0; head < heads; head++) {
      const kv = Math.floor(head / (heads / kvHeads));
      const at = (t * heads + head) * headDim;
      const scores = keys.map((j) => {
        let dot = 0;
        for (let d = 0; d < headDim; d++) dot += q[at + d] * k[(j * kvHeads + kv) * headDim + d];
        return dot / Math.sqrt(headDim);
      });
      const weights = scores.map((score) => Math.exp(score - Math.max(...scores)));
      const total = weights.reduce((a, b) => a + b);
      keys.forEach((j, i) => {
        for (let d = 0; d < headDim; d++)
          out[at + d] += (weights[i] / total) * v[(j * kvHeads + kv) * headDim + d];
      });
    }
  }
  return out;
}

const cases: Case[] = [
  { heads: 1, kvHeads: 1, headDim: 8, trees: [[1, []]] },
  {
    heads: 4,
    kvHeads: 2,
    headDim: 8,
    trees: [
      [3, [2, 1]],
      [0, [4]],
      [2, []],
    ],
  },
  { heads: 2, kvHeads: 1, headDim: 24, trees: [[9, [5, 6]]] },
];

describe.each(sideNames)("attention on %s", (name) => {
  let side: Side<typeof cpu>;
  beforeAll(async () => {
    side = await openSide(name, cpu, webgpu);
  });

  test.each(cases)(
    "$heads heads, $kvHeads shared, of $headDim: definition and finite differences",
    async (shape) => {
      const { heads, kvHeads, headDim } = shape;
      const ranges = rangesOf(shape.trees);
      const rows = ranges.length / 4;
      const data = {
        q: randomNumbers(rows * heads * headDim, "q"),
        k: randomNumbers(rows * kvHeads * headDim, "k"),
        v: randomNumbers(rows * kvHeads * headDim, "v"),
        gradOut: randomNumbers(rows * heads * headDim, "gradient"),
      };
      const options = {
        ...{ heads, kvHeads, headDim },
        q: side.tensor(rows, heads * headDim, data.q),
        k: side.tensor(rows, kvHeads * headDim, data.k),
        v: side.tensor(rows, kvHeads * headDim, data.v),
        ranges: side.indices(ranges, 4),
        out: side.tensor(rows, heads * headDim),
        logSumExp: side.tensor(rows, heads),
      };
      side.kernels.attention(options);
      expectClose(await side.read(options.out), reference(shape, data.q, data.k, data.v), 2e-6);

      // Garbage in the outputs shows that they are overwritten.
      const gradQ = side.tensor(rows, heads * headDim, data.q);
      const gradK = side.tensor(rows, kvHeads * headDim, data.k);
      const gradV = side.tensor(rows, kvHeads * headDim, data.v);
      side.kernels.attentionBackward({
        ...options,
        queryEnds: side.indices([...queryEnds(ranges)]),
        gradOut: side.tensor(rows, heads * headDim, data.gradOut),
        ...{ gradQ, gradK, gradV },
      });
      const inner = (q: ArrayLike<number>, k: ArrayLike<number>, v: ArrayLike<number>) =>
        reference(shape, q, k, v).reduce((sum, y, i) => sum + y * data.gradOut[i], 0);
      const { q, k, v } = data;
      expectClose(
        await side.read(gradQ),
        finiteDifferences((x) => inner(x, k, v), q),
        3e-6,
      );
      expectClose(
        await side.read(gradK),
        finiteDifferences((x) => inner(q, x, v), k),
        3e-6,
      );
      expectClose(
        await side.read(gradV),
        finiteDifferences((x) => inner(q, k, x), v),
        3e-6,
      );
    },
  );

  test("large scores neither overflow nor lose the sum", async () => {
    const [rows, headDim] = [6, 8];
    const big = randomNumbers(rows * headDim, "big").map((x) => 40 * x);
    const shape: Case = { heads: 1, kvHeads: 1, headDim, trees: [[3, [3]]] };
    const tensor = () => side.tensor(rows, headDim, big);
    const out = side.tensor(rows, headDim);
    const logSumExp = side.tensor(rows, 1);
    const ranges = side.indices(rangesOf(shape.trees), 4);
    side.kernels.attention({ ...shape, q: tensor(), k: tensor(), v: tensor(), ranges, out, logSumExp });
    expectClose(await side.read(out), reference(shape, big, big, big), 1e-4);
    expect((await side.read(logSumExp)).every(Number.isFinite)).toBe(true);
  });
});

describe("queryEnds", () => {
  test("a prompt is seen by its whole tree, a branch by itself", () => {
    expect([
      ...queryEnds(
        rangesOf([
          [2, [1, 2]],
          [1, []],
        ]),
      ),
    ]).toEqual([5, 5, 3, 5, 5, 6]);
  });

  test("ranges that are not a packed tree are refused", () => {
    expect(() => queryEnds([0, 0, 0, 1, 0, 0, 1, 2, 0, 1, 2, 3])).toThrow("key row 0");
    expect(() => queryEnds([0, 0, 0, 2])).toThrow("query row 0");
  });
});
