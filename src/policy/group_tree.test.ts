import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { microBatches, pack, rowsOf, type PackedBatch } from "./group_tree";
import type { Tree } from "./policy";

/** The batch as lists that read like a table. */
const listed = ({ tokens, positions, ranges, headRows, targets, queryEnds, spans }: PackedBatch) => ({
  tokens: [...tokens],
  positions: [...positions],
  ranges: Array.from({ length: tokens.length }, (_, row) => [...ranges.slice(4 * row, 4 * row + 4)]),
  headRows: [...headRows],
  targets: [...targets],
  queryEnds: [...queryEnds],
  spans: spans.map(({ tree, branch, start, end }) => [tree, branch, start, end]),
});

describe("trees packed into one batch", () => {
  test("a prompt and two branches: the prompt once, last tokens left out, both branches start behind it", () => {
    const batch = pack([
      {
        prompt: [10, 11],
        branches: [
          [20, 21, 22],
          [30, 31],
        ],
      },
    ]);
    expect(listed(batch)).toEqual({
      tokens: [10, 11, 20, 21, 30],
      positions: [0, 1, 2, 3, 2],
      // Of the prompt and of the own branch: where each row may look.
      ranges: [
        [0, 0, 0, 1],
        [0, 0, 0, 2],
        [0, 2, 2, 3],
        [0, 2, 2, 4],
        [0, 2, 4, 5],
      ],
      // Row 1, the prompt's last, predicts the first token of both branches.
      headRows: [1, 2, 3, 1, 4],
      targets: [20, 21, 22, 30, 31],
      queryEnds: [5, 5, 4, 4, 5],
      spans: [
        [0, 0, 0, 3],
        [0, 1, 3, 5],
      ],
    });
  });

  test("text without a prompt: nothing predicts its first token", () => {
    expect(listed(pack([{ prompt: [], branches: [[5, 6, 7]] }]))).toEqual({
      tokens: [5, 6],
      positions: [0, 1],
      ranges: [
        [0, 0, 0, 1],
        [0, 0, 0, 2],
      ],
      headRows: [0, 1],
      targets: [6, 7],
      queryEnds: [2, 2],
      spans: [[0, 0, 0, 2]],
    });
  });

  test("a branch of one token takes no row: the prompt's last row predicts it", () => {
    const batch = pack([{ prompt: [10], branches: [[20], [30]] }]);
    expect(listed(batch)).toMatchObject({ tokens: [10], headRows: [0, 0], targets: [20, 30] });
    // For the way back the two predictions of row 0 are one group.
    expect(batch.headGroups).toEqual({
      targets: Uint32Array.of(0),
      starts: Uint32Array.of(0, 2),
      order: Uint32Array.of(0, 1),
    });
  });

  test("a text of one token, and an empty branch, predict nothing", () => {
    expect(listed(pack([{ prompt: [], branches: [[5]] }]))).toMatchObject({
      targets: [],
      spans: [[0, 0, 0, 0]],
    });
    const batch = listed(pack([{ prompt: [10], branches: [[], [20]] }]));
    expect(batch).toMatchObject({
      targets: [20],
      spans: [
        [0, 0, 0, 0],
        [0, 1, 0, 1],
      ],
    });
  });

  test("several trees lie one after the other; positions begin anew, spans count trees from the first", () => {
    const trees: Tree[] = [
      { prompt: [1], branches: [[2, 3]] },
      { prompt: [4], branches: [[5, 6]] },
    ];
    expect(listed(pack(trees, 7))).toMatchObject({
      tokens: [1, 2, 4, 5],
      positions: [0, 1, 0, 1],
      ranges: [
        [0, 0, 0, 1],
        [0, 1, 1, 2],
        [2, 2, 2, 3],
        [2, 3, 3, 4],
      ],
      headRows: [0, 1, 2, 3],
      spans: [
        [7, 0, 0, 2],
        [8, 0, 2, 4],
      ],
    });
  });

  test("the same token at several places is one group of the embedding's gradient", () => {
    const { tokenGroups } = pack([
      {
        prompt: [9, 4],
        branches: [
          [9, 0],
          [4, 9, 0],
        ],
      },
    ]);
    // Rows hold 9, 4, 9, 4, 9.
    expect(tokenGroups).toEqual({
      targets: Uint32Array.of(4, 9),
      starts: Uint32Array.of(0, 2, 5),
      order: Uint32Array.of(1, 3, 0, 2, 4),
    });
  });
});

/** Trees whose tokens are all different, so that a token tells where it stands. */
const distinctTrees = fc
  .array(fc.record({ prompt: fc.nat(5), branches: fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }) }), {
    maxLength: 5,
  })
  .map((sizes): Tree[] => {
    let next = 0;
    const take = (count: number) => Array.from({ length: count }, () => next++);
    return sizes.map(({ prompt, branches }) => ({ prompt: take(prompt), branches: branches.map(take) }));
  });

test("every row sees exactly its ancestors, and every token is predicted by the one before it", () => {
  fc.assert(
    fc.property(distinctTrees, (trees) => {
      const batch = pack(trees);
      const { tokens, ranges, positions, headRows, targets, queryEnds, spans } = batch;
      // The context of a token: its prompt and what stands before it in its branch.
      const ancestors = new Map<number, number[]>();
      for (const { prompt, branches } of trees) {
        prompt.forEach((token, i) => ancestors.set(token, prompt.slice(0, i)));
        for (const ids of branches)
          ids.forEach((token, i) => ancestors.set(token, [...prompt, ...ids.slice(0, i)]));
      }

      const seen = (row: number) => {
        const [promptStart, promptEnd, branchStart, branchEnd] = ranges.slice(4 * row, 4 * row + 4);
        return [...tokens.slice(promptStart, promptEnd), ...tokens.slice(branchStart, branchEnd)];
      };
      tokens.forEach((token, row) => {
        expect(seen(row)).toEqual([...ancestors.get(token)!, token]);
        expect(positions[row]).toBe(ancestors.get(token)!.length);
      });
      targets.forEach((target, i) => expect(seen(headRows[i])).toEqual(ancestors.get(target)!));

      // What attention's backward pass relies on: a key row is seen by the rows from itself to its end, no others.
      tokens.forEach((token, key) => {
        const seers = [...tokens.keys()].filter((row) => seen(row).includes(token));
        expect(seers).toEqual(Array.from({ length: queryEnds[key] - key }, (_, i) => key + i));
      });

      // Spans name the predicted tokens of each branch: all of them, or without a prompt all but the first.
      expect(spans.map(({ start, end }) => [...targets.slice(start, end)])).toEqual(
        trees.flatMap(({ prompt, branches }) => branches.map((ids) => ids.slice(prompt.length > 0 ? 0 : 1))),
      );
      expect(tokens.length).toBe(trees.reduce((rows, tree) => rows + rowsOf(tree), 0));
    }),
  );
});

describe("micro-batches", () => {
  const tree = (rows: number): Tree => ({ prompt: new Array(rows).fill(1), branches: [[2]] });
  const sizes = (rows: number[], maxRows: number) =>
    [...microBatches(rows.map(tree), maxRows)].map(({ tokens, spans }) => [
      tokens.length,
      spans.map((s) => s.tree),
    ]);

  test("hold at most maxRows rows, in order", () => {
    expect(sizes([3, 4, 2, 5, 1], 7)).toEqual([
      [7, [0, 1]],
      [7, [2, 3]],
      [1, [4]],
    ]);
  });

  test("a tree is never divided: one that is too large is a batch of its own", () => {
    expect(sizes([2, 9, 2], 4)).toEqual([
      [2, [0]],
      [9, [1]],
      [2, [2]],
    ]);
  });

  test("no trees are no batches", () => {
    expect(sizes([], 4)).toEqual([]);
  });

  test("together they are all trees, each once and whole", () => {
    fc.assert(
      fc.property(distinctTrees, fc.integer({ min: 1, max: 20 }), (trees, maxRows) => {
        const batches = [...microBatches(trees, maxRows)];
        const spans = batches.flatMap((batch) =>
          batch.spans.map(({ tree, branch, start, end }) => [
            tree,
            branch,
            [...batch.targets.slice(start, end)],
          ]),
        );
        const whole = pack(trees);
        expect(spans).toEqual(
          whole.spans.map(({ tree, branch, start, end }) => [
            tree,
            branch,
            [...whole.targets.slice(start, end)],
          ]),
        );
        expect(batches.flatMap(({ tokens }) => [...tokens])).toEqual([...whole.tokens]);
        for (const { tokens, spans } of batches)
          if (new Set(spans.map((s) => s.tree)).size > 1) expect(tokens.length).toBeLessThanOrEqual(maxRows);
      }),
    );
  });
});
