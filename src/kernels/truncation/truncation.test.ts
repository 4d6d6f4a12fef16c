import { beforeAll, describe, expect, test } from "vitest";
import { openSide, randomNumbers, sideNames, type Side } from "../testing";
import * as cpu from "./cpu";
import { impossible, type TruncationOptions } from "./truncation";
import * as webgpu from "./webgpu";

type Rules = Pick<TruncationOptions, "topK" | "topP" | "minP">;
const none: Rules = { topK: 0, topP: 1, minP: 0 };

/** Which tokens stay, by the definition, from probabilities in falling order. */
function reference(z: readonly number[], { topK, topP, minP }: Rules): boolean[] {
  let order = z.map((_, v) => v).sort((a, b) => z[b] - z[a]);
  if (topK > 0) order = order.filter((v) => z[v] >= z[order[Math.min(topK, z.length) - 1]]);
  const total = order.reduce((sum, v) => sum + Math.exp(z[v]), 0);
  let reached = 0;
  let last = order.length - 1;
  for (const [i, v] of order.entries()) {
    reached += Math.exp(z[v]) / total;
    if (reached < topP) continue;
    last = i;
    break;
  }
  const least = z[order[last]];
  return z.map((value, v) => order.includes(v) && value >= least && Math.exp(value - z[order[0]]) >= minP);
}

describe.each(sideNames)("truncation on %s", (name) => {
  let side: Side<typeof cpu>;
  beforeAll(async () => {
    side = await openSide(name, cpu, webgpu);
  });

  async function kept(rows: readonly (readonly number[])[], rules: Partial<Rules>): Promise<boolean[][]> {
    const vocab = rows[0].length;
    const logits = side.tensor(rows.length, vocab, Float32Array.from(rows.flat()));
    side.kernels.truncate({ logits, ...none, ...rules });
    const left = await side.read(logits);
    return rows.map((row, r) =>
      row.map((z, v) => {
        const after = left[r * vocab + v];
        expect([Math.fround(z), Math.fround(impossible)]).toContain(after);
        return after === Math.fround(z);
      }),
    );
  }

  const rows = Array.from({ length: 5 }, (_, r) =>
    [...randomNumbers(600, `row ${r}`)].map((x) => Math.fround(4 * x - r)),
  );

  test.each<Partial<Rules>>([
    { topK: 1 },
    { topK: 40 },
    { topK: 599 },
    { topK: 5000 },
    { topP: 0.9 },
    { topP: 0.31 },
    { topP: 1e-6 },
    { minP: 0.05 },
    { minP: 0.9 },
    { topK: 50, topP: 0.8 },
    { topK: 20, topP: 0.95, minP: 0.1 },
  ])("%j keeps what the definition keeps", async (rules) => {
    expect(await kept(rows, rules)).toEqual(rows.map((row) => reference(row, { ...none, ...rules })));
  });

  test("without a rule nothing changes", async () => {
    expect((await kept(rows, {})).flat().every(Boolean)).toBe(true);
  });

  test("equals stay together, and the most probable token always stays", async () => {
    const row = [1, 3, 3, 3, -2, 0, 3, -50];
    expect(await kept([row], { topK: 2 })).toEqual([row.map((z) => z === 3)]);
    expect(await kept([row], { topP: 0.01 })).toEqual([row.map((z) => z === 3)]);
    expect(await kept([row], { minP: 0.999 })).toEqual([row.map((z) => z === 3)]);
    const negative = [-8, -9, -7.5, -20, -30, -31, -32, -33];
    expect(await kept([negative], { topK: 2, topP: 0.5, minP: 0.5 })).toEqual([
      negative.map((z) => z === -7.5),
    ]);
  });
});
