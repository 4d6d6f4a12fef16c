/** The picture of a vocabulary: every token counted once, every cell where it is pointed at, every sign twice told. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logitGradient, probabilities } from "../analysis/logits";
import { serialize } from "./serialize";
import { colours } from "./svg";
import { cellStrength, gridPaint, vocabularyGrid } from "./vocabulary_grid";
import { cellAt, cellBox, gridLayout, movedCell, mostCells } from "./vocabulary_layout";
import { rankOrder } from "../analysis/rank_order";
import { shownTokens } from "./vocabulary_ranks";

const snapshot = (name: string) => `../../test/snapshots/${name}.svg`;

/** ln p of a vocabulary in which few tokens are likely, in no order. */
function logprobsOf(size: number): Float32Array {
  const weights = Float64Array.from({ length: size }, (_, id) => 1 / (1 + ((id * 7919) % size)) ** 1.2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Float32Array.from(weights, (weight) => Math.log(weight / total));
}

describe("ranks", () => {
  test("are those of a sort by comparison, equal values by id", () => {
    const values = fc.array(
      fc.oneof(fc.float({ noNaN: true }), fc.constantFrom(-1, -2.5, 0, -Infinity, Infinity)),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(values, (list) => {
        const floats = Float32Array.from(list, (value) => value + 0);
        const expected = [...floats.keys()].sort((a, b) =>
          floats[a] === floats[b] ? a - b : floats[a] > floats[b] ? -1 : 1,
        );
        expect([...rankOrder(floats)]).toEqual(expected);
      }),
    );
  });

  test("of a part of a buffer", () => {
    expect([...rankOrder(Float32Array.of(9, -3, -1, -2).subarray(1))]).toEqual([1, 2, 0]);
  });
});

describe.each([512, 641, 32_000, 151_936])("a vocabulary of %i", (size) => {
  const logprobs = logprobsOf(size);
  const ranked = rankOrder(logprobs);
  const p = probabilities(logprobs);

  test.each([
    ["likeliest", 0],
    ["last with a cell", Math.min(size, mostCells) - 1],
    ["least likely", size - 1],
  ])("sampled %s: cells and tail have every token once, and the gradient adds up to zero", (_, rank) => {
    const sampled = ranked[rank];
    const gradient = logitGradient(logprobs, sampled, -0.37);
    const { ids, tail } = shownTokens(ranked, p, gradient, { sampled, most: mostCells });
    const over = (values: Float64Array) => ids.reduce((sum, id) => sum + values[id], 0);
    const sum = (of: (range: (typeof tail)[number]) => number) =>
      tail.reduce((total, range) => total + of(range), 0);
    expect(ids.length).toBe(Math.min(size, mostCells));
    expect(ids).toContain(sampled);
    expect(ids.length + sum(({ count }) => count)).toBe(size);
    expect(over(p) + sum(({ p }) => p)).toBeCloseTo(1, 12);
    const received = over(gradient) + sum(({ gradient }) => gradient!);
    const scale = gradient.reduce((total, value) => total + Math.abs(value), 0);
    expect(Math.abs(received) / scale).toBeLessThan(1e-9);
    // And each range is what it says.
    for (const { from, to, count, gradient: g } of tail) {
      const own = [...ranked.subarray(from - 1, to)].filter((id) => id !== sampled);
      expect(count).toBe(own.length);
      expect(g).toBeCloseTo(
        own.reduce((total, id) => total + gradient[id], 0),
        14,
      );
    }
    tail.slice(1).forEach(({ from }, i) => expect(from).toBe(tail[i].to + 1));
  });
});

describe.each([
  [512, 0, 180],
  [512, 0, 700],
  [640, 4, 342],
  [500, 2, 1100],
])("a layout of %i cells and %i ranges at %i pixels", (count, tail, width) => {
  const layout = gridLayout(count, width, { tail, hasWords: true });
  const indices = Array.from({ length: count + tail }, (_, index) => index);

  test("the middle of every box is that cell, and what is outside is none", () => {
    for (const index of indices) {
      const { x, y, width, height } = cellBox(layout, index);
      expect(cellAt(layout, x + width / 2, y + height / 2)).toBe(index);
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(layout.width);
      expect(y + height).toBeLessThanOrEqual(layout.height);
    }
    expect(cellAt(layout, -1, 5)).toBeNull();
    expect(cellAt(layout, width + 1, 5)).toBeNull();
    expect(cellAt(layout, 5, layout.height + 1)).toBeNull();
  });

  test("arrow keys reach every cell and leave none, Home and End lead to the ends", () => {
    const reached = new Set([0]);
    for (const from of reached)
      for (const key of ["ArrowRight", "ArrowDown", "ArrowUp", "ArrowLeft"])
        reached.add(movedCell(layout, from, key)!);
    expect(reached.size).toBe(count + tail);
    for (const index of reached) expect(indices).toContain(index);
    expect(movedCell(layout, 7, "End")).toBe(count + tail - 1);
    expect(movedCell(layout, 7, "Home")).toBe(0);
    expect(movedCell(layout, 7, "Tab")).toBeNull();
    expect(movedCell(layout, 7, "ArrowDown")).toBe(7 + layout.columns);
    expect(movedCell(layout, layout.columns + 3, "ArrowUp")).toBe(3);
  });
});

describe("what is painted", () => {
  const c = -0.4;
  const p = Array.from({ length: 40 }, (_, i) => 1 / ((i + 1) * (i + 2)));
  const cells = p.map((value, i) => ({ value: i === 3 ? c * (1 - value) : -c * value, isSampled: i === 3 }));
  const tail = [
    { from: 41, to: 1000, count: 960, p: 0.0234, gradient: 0.00936 },
    { from: 1001, to: 1400, count: 400, p: 0.001, gradient: 0.0004 },
  ];

  test("picture of a negative coefficient", async () => {
    const grid = vocabularyGrid(cells, gridLayout(cells.length, 180), { hasGradient: true, selected: 7 });
    await expect(serialize(grid)).toMatchFileSnapshot(snapshot("vocabulary-grid"));
  });

  test("picture with words and a tail", async () => {
    const layout = gridLayout(cells.length, 360, { tail: tail.length, hasWords: true });
    const words = ["most likely", "rank 40"] as const;
    const grid = vocabularyGrid(cells, layout, { hasGradient: true, selected: 41, tail, words });
    await expect(serialize(grid)).toMatchFileSnapshot(snapshot("vocabulary-grid-tail"));
  });

  test("a sign is told by colour and by a plus or minus within its box; zero has neither", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(-0.5, -1e-9, 0, 1e-9, 0.2), { minLength: 1 }), (values) => {
        const layout = gridLayout(values.length, 342);
        const grid = values.map((value, i) => ({ value, isSampled: i === 0 }));
        const { boxes, signs } = gridPaint(grid, layout, { hasGradient: true });
        const bars = signs.flatMap(({ bars }) => bars);
        values.forEach((value, i) => {
          const { x, y, width, height, colour } = boxes[i];
          const own = bars.filter(
            (bar) =>
              bar.x >= x && bar.x + bar.width <= x + width && bar.y >= y && bar.y + bar.height <= y + height,
          );
          expect(own).toHaveLength(value === 0 ? 0 : value > 0 ? 3 : 1);
          const told = value > 0 ? colours.positive : colours.negative;
          expect(colour).toBe(value === 0 ? colours.track : told);
        });
      }),
    );
  });

  test("without a gradient, one colour and no sign", () => {
    const layout = gridLayout(cells.length, 342, { tail: 1 });
    const plain = p.map((value) => ({ value, isSampled: false }));
    const { boxes, signs } = gridPaint(plain, layout, {
      hasGradient: false,
      tail: [{ ...tail[0], gradient: null }],
    });
    expect(signs).toEqual([]);
    expect(new Set(boxes.map(({ colour }) => colour))).toEqual(new Set([colours.ink]));
    expect(boxes).toHaveLength(41);
  });

  test("strength grows with the value and stays within 0 and 1", () => {
    expect(cellStrength(0, 0)).toBe(0);
    expect(cellStrength(-2, 1)).toBe(1);
    expect(cellStrength(0.25, 1)).toBe(0.5);
  });
});
