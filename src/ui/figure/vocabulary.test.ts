import { describe, expect, test } from "vitest";
import { mostCells } from "../../figures/vocabulary_layout";
import { changeOf, topMovers } from "../update/inspection";
import { readCell, vocabularyColumns, vocabularyTable, vocabularyView } from "./vocabulary";

const size = 2000;
const weights = Float64Array.from({ length: size }, (_, id) => 1 / (1 + ((id * 769) % size)));
const total = weights.reduce((sum, weight) => sum + weight, 0);
const before = Float32Array.from(weights, (weight) => Math.log(weight / total));
const after = before.map((logprob, id) => logprob + Math.sin(id) / 50);
const names = Array.from(before, (_, id) => `␣t${id}`);
const position = { before, after, sampled: 1234, coefficient: -0.25 };
const columns = vocabularyColumns(position);

describe("a large vocabulary", () => {
  test("by id, the likeliest tokens and the sampled one", () => {
    const { ids, cells, tail } = vocabularyView(columns, "id");
    const likely = vocabularyView(columns, "probability").ids;
    expect([...ids]).toEqual([...likely].sort((a, b) => a - b));
    expect(ids).toHaveLength(mostCells);
    expect(cells[ids.indexOf(1234)]).toEqual({ value: columns.gradient![1234], isSampled: true });
    expect(tail.map(({ from, to }) => [from, to])).toEqual([
      [expect.any(Number), 1000],
      [1001, 2000],
    ]);
  });

  test("the last cell is said to be the sampled token where that is not among the likeliest", () => {
    const last = (sampled: number) =>
      vocabularyView(vocabularyColumns({ ...position, sampled }), "probability").words[1];
    expect(last(columns.ranked[1500])).toBe("rank 639, and the sampled one; all others below");
    expect(last(columns.ranked[3])).toBe("rank 640; all others below");
  });

  test("cells and ranges in words, with the formula and its numbers", () => {
    const view = vocabularyView(columns, "probability");
    expect(readCell(columns, view, view.ids.indexOf(1234), names)).toMatch(
      /^t1234: p \S+ → \S+; c\(1 − p\) = −0\.25 × \(1 − \S+\) = −0\.2\d+$/,
    );
    expect(readCell(columns, view, 0, names)).toMatch(/; −c·p = −\(−0\.25\) × 0\.\d+ = \+0\.0\d+$/);
    expect(readCell(columns, view, view.ids.length + 1, names)).toMatch(
      /^1,000 tokens at ranks 1,001 to 2,000: p 0\.0\d+ together; their logits get \+0\.0\d+ together$/,
    );
  });

  test("the table has every token, in the picture's order", () => {
    const { rows } = vocabularyTable(columns, "probability", names);
    expect(rows).toHaveLength(size);
    expect(rows[0]).toEqual([
      ...[columns.ranked[0], names[columns.ranked[0]], ""],
      ...[columns.before, columns.after!, columns.gradient!].map((of) => of[columns.ranked[0]]),
    ]);
    expect(vocabularyTable(columns, "id", names).rows[1234][2]).toBe("sampled");
  });

  test("before the gradient there is none, and no p after", () => {
    const early = vocabularyColumns({ ...position, after: null, coefficient: null });
    const view = vocabularyView(early, "probability");
    expect(view.hasGradient).toBe(false);
    expect(readCell(early, view, 0, names)).toMatch(/^t0: p 0\.\d+$/);
    expect(vocabularyTable(early, "id", names).rows[5].slice(4)).toEqual([null, null]);
  });
});

describe("what the update moved most", () => {
  test("the sampled token, then the largest changes", () => {
    const change = (id: number) => Math.abs(columns.after![id] - columns.before[id]);
    const all = [...columns.ranked].filter((id) => id !== 1234).sort((a, b) => change(b) - change(a));
    expect(topMovers(columns, 6)).toEqual([1234, ...all.slice(0, 6)]);
    expect(changeOf(columns, all[0], names)).toEqual({
      label: `t${all[0]}`,
      before: columns.before[all[0]],
      after: columns.after![all[0]],
    });
  });

  test("before the update, the likeliest", () => {
    const early = { ...columns, after: null };
    expect(topMovers(early, 3)).toEqual([1234, ...columns.ranked.slice(0, 3)]);
  });
});
