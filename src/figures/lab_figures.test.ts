/** Pictures of one recorded update of the embedded model (test/recorded_update.ts), and of a published run. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import recorded from "../../test/fixtures/recorded_update.json" with { type: "json" };
import {
  correlation,
  logprobChangeAlone,
  massByRank,
  probabilities,
  probabilityFlow,
  slopeThroughOrigin,
} from "../analysis/logits";
import { log } from "../kernels/math";
import {
  boundChain,
  boundChainTable,
  boundChainText,
  boundCurve,
  boundCurveTable,
  boundCurveText,
} from "./bound_chain";
import { csv, cellText, type FigureTable, type FigureText } from "./figure_text";
import { flowPicture, flowPictureTable, flowPictureText, type FlowPictureData } from "./flow_picture";
import { massByRankFigure, massByRankTable, massByRankText, type MassByRankData } from "./mass_by_rank";
import {
  lineInBox,
  scatterChange,
  scatterChangeTable,
  scatterChangeText,
  type ScatterChangeData,
} from "./scatter_change";
import { serialize } from "./serialize";
import type { SvgNode } from "./svg";
import {
  gapStrip,
  gapText,
  responseStrips,
  stripsLayout,
  tokenAt,
  tokenStrips,
  tokenStripsTable,
  tokenStripsText,
  tokenText,
  type ResponseTokens,
} from "./token_strips";
import { transferSides, transferSidesTable, transferSidesText, type TransferRow } from "./transfer_sides";

const { position, pushed, responses, transfer, groups, bounds, flows } = recorded;
const p = probabilities(position.before);
/** The likely part of the vocabulary: pictures of all 512 would be long files. */
const likely = [...p.keys()].sort((a, b) => p[b] - p[a]).slice(0, 60);

const scatter = ((): ScatterChangeData => {
  const alone = logprobChangeAlone(position.before, position.sampled, position.coefficient, 1);
  const fit = (predicted: ArrayLike<number>) => ({
    correlation: correlation(predicted, position.measured),
    slope: slopeThroughOrigin(predicted, position.measured),
  });
  return {
    tokens: likely.map((v) => ({
      ...{ label: position.texts[v], before: p[v], measured: position.measured[v] },
      ...{ alone: alone[v], firstOrder: position.firstOrder[v], isSampled: v === position.sampled },
    })),
    alone: fit(alone),
    firstOrder: fit(position.firstOrder),
  };
})();

const mass = ((): MassByRankData => {
  const after = pushed.change.map((change, v) => log(p[v] + change));
  const flow = probabilityFlow(position.before, position.sampled, -1);
  const gained = (changes: ArrayLike<number>) =>
    Array.from(changes).reduce((sum, x) => sum + Math.max(0, x), 0);
  const scale = gained(pushed.change) / gained(flow);
  const ranked = massByRank(position.before, after);
  return {
    ...{ steps: pushed.steps, direction: "down" },
    tokens: ranked.slice(0, likely.length).map(({ token, rank, before, change, cumulative }) => ({
      ...{ label: position.texts[token], rank, before, change, cumulative },
      ...{ predicted: scale * flow[token], isPushed: token === position.sampled },
    })),
  };
})();

const rollout = responseStrips(responses.rollout as ResponseTokens);
const revision = responseStrips(responses.revision as ResponseTokens);

/** Every figure as the page would have it, at the width of a wide and of a narrow page. */
interface Case {
  readonly name: string;
  readonly draw: (width: number) => SvgNode;
  readonly words: FigureText;
  readonly table: FigureTable;
}

const stripsCase = (name: string, data: typeof rollout, selected: number | null): Case => ({
  name,
  draw: (width) => tokenStrips(data, stripsLayout(data, width), { selected }),
  words: tokenStripsText(data),
  table: tokenStripsTable(data),
});

const cases: readonly Case[] = [
  {
    name: "scatter-change",
    draw: (width) => scatterChange(scatter, width),
    words: scatterChangeText(scatter),
    table: scatterChangeTable(scatter),
  },
  stripsCase("token-strips-rollout", rollout, 6),
  stripsCase("token-strips-revision", revision, null),
  {
    ...stripsCase(
      "hindsight-gap",
      { tokens: responses.revision.tokens, strips: [gapStrip(responses.revision.gaps)] },
      null,
    ),
    words: gapText(responses.revision.gaps),
  },
  {
    name: "flow-picture",
    draw: (width) => flowPicture(flows, width),
    words: flowPictureText(flows),
    table: flowPictureTable(flows),
  },
  {
    name: "mass-by-rank",
    draw: (width) => massByRankFigure(mass, width),
    words: massByRankText(mass),
    table: massByRankTable(mass),
  },
  {
    name: "bound-chain",
    draw: (width) => boundChain(groups, width),
    words: boundChainText(groups),
    table: boundChainTable(groups),
  },
  {
    name: "bound-curve",
    draw: (width) =>
      boundCurve(bounds, {
        width,
        height: 90,
        xMax: 3,
        atLeast: [0, 1],
        formatY: (value) => value.toFixed(1),
      }),
    words: boundCurveText(bounds),
    table: boundCurveTable(bounds),
  },
  {
    name: "transfer-sides",
    draw: (width) => transferSides(transfer, width),
    words: transferSidesText(transfer),
    table: transferSidesTable(transfer),
  },
];

describe.each(cases)("$name", ({ name, draw, words, table }) => {
  test("picture", async () => {
    await expect(serialize(draw(640))).toMatchFileSnapshot(`../../test/snapshots/${name}.svg`);
  });

  test("words and table", async () => {
    const written = [...Object.values(words), "", csv(table)].join("\n").replaceAll("\r", "");
    await expect(written).toMatchFileSnapshot(`../../test/snapshots/${name}.txt`);
    for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
  });

  test.each([342, 640, 1100])("at %i pixels nothing is off the picture or not a number", (width) => {
    const picture = draw(width);
    const file = serialize(picture);
    expect(file).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(Number(picture.attributes["width"])).toBeLessThanOrEqual(width);
    for (const [, x] of file.matchAll(/ (?:cx|x|x1|x2)="(-?[\d.]+)"/g)) {
      expect(Number(x)).toBeGreaterThanOrEqual(-0.5);
      expect(Number(x)).toBeLessThanOrEqual(width + 0.5);
    }
  });
});

describe("what the recorded update shows", () => {
  test("the first-order prediction meets what was measured, equation (2) alone does not", () => {
    expect(scatter.firstOrder!.slope).toBeGreaterThan(0.9);
    expect(scatter.firstOrder!.slope).toBeLessThan(1.1);
    expect(scatter.firstOrder!.correlation).toBeGreaterThan(0.98);
    expect(scatter.alone.correlation).toBeLessThan(scatter.firstOrder!.correlation!);
  });

  test("each source gives equal amounts to sampled and unsampled logits, and all of it arrives", () => {
    const { rows } = flowPictureTable(flows);
    const total = (of: (row: (typeof rows)[number]) => boolean) =>
      rows.filter(of).reduce((sum, row) => sum + (row[3] as number), 0);
    for (const [source, size] of [
      ["A > 0, rollouts", flows.rollouts.positive],
      ["A > 0, revisions", flows.revisions.positive],
      ["A < 0, rollouts", flows.rollouts.negative],
    ] as const) {
      expect(total((row) => row[0] === source && row[1] === "sampled")).toBeCloseTo(size, 12);
      expect(total((row) => row[0] === source && row[1] !== "sampled")).toBeCloseTo(size, 12);
    }
  });

  test("the chain of every instruction holds, and so does that of their means", () => {
    for (const { error, deviationBound, unmetBound } of [...groups, ...bounds]) {
      expect(error).toBeLessThanOrEqual(deviationBound);
      expect(deviationBound).toBeLessThanOrEqual(unmetBound);
    }
  });
});

describe("flows of a published run", () => {
  const [first] = readFileSync(
    new URL("../../experiments/learning-proof/metrics.jsonl", import.meta.url),
    "utf8",
  )
    .trim()
    .split("\n")
    .map((line): Record<string, number> => JSON.parse(line));
  const side = (source: string) => ({
    positive: first[`gradient/${source}/positive_sampled`],
    negative: first[`gradient/${source}/negative_unsampled`],
  });
  const data: FlowPictureData = { rollouts: side("rollouts"), revisions: side("revisions"), diffusion: null };

  test("picture without a known diffusion: one unsampled end", async () => {
    await expect(serialize(flowPicture(data, 640))).toMatchFileSnapshot(
      "../../test/snapshots/flow-picture-metrics.svg",
    );
    expect(flowPictureTable(data).rows.filter(([, end]) => String(end).includes(","))).toEqual([]);
  });
});

describe("nothing to show is an empty frame, not an error", () => {
  const none = { positive: 0, negative: 0 };
  const nowhere: TransferRow = {
    ...{ label: "x", changeWith: 0, changeWithout: 0 },
    ...{ firstOrderWith: null, firstOrderWithout: null },
  };
  test.each([
    scatterChange({ tokens: [], alone: { correlation: null, slope: null }, firstOrder: null }, 400),
    flowPicture({ rollouts: none, revisions: none, diffusion: { desired: 0, diffused: 0 } }, 400),
    massByRankFigure({ tokens: [], steps: 0, direction: "up" }, 400),
    boundChain([], 400),
    boundChain([{ label: "all met", error: 0, deviationBound: 0, unmetBound: 0, unmet: 0 }], 400),
    boundCurve([], { width: 200, height: 80, xMax: 1, atLeast: [0, 1], formatY: String }),
    transferSides([], 400),
    transferSides([nowhere], 400),
    tokenStrips({ tokens: [], strips: [] }, stripsLayout({ tokens: [], strips: [] }, 400)),
  ])("%#", (picture) => {
    expect(serialize(picture)).not.toMatch(/NaN|Infinity|"undefined/);
  });

  test("transfer over nearly no change is undefined", () => {
    expect(transferSidesText([nowhere]).summary).toContain("undefined");
    expect(transferSidesTable([nowhere]).rows[0].at(-1)).toBeNull();
  });
});

describe("token strips", () => {
  test("a point of a token's column is that token, on every line", () => {
    const layout = stripsLayout(rollout, 400);
    expect(layout.columns).toBeLessThan(rollout.tokens.length);
    rollout.tokens.forEach((_, t) => {
      const left = layout.left + ((t % layout.columns) + 0.5) * layout.cellWidth;
      const top = Math.floor(t / layout.columns) * layout.lineHeight + 30;
      expect(tokenAt(layout, rollout.tokens.length, left, top)).toBe(t);
    });
    expect(tokenAt(layout, rollout.tokens.length, 50, 30)).toBeNull();
    expect(tokenAt(layout, rollout.tokens.length, 200, layout.height + layout.lineHeight)).toBeNull();
  });

  test("a ratio above 1 points up in blue, one below down in orange; a clipped token says so", () => {
    const strips = (ratio: number) =>
      serialize(
        tokenStrips(
          { tokens: ["a"], strips: [{ kind: "signed", name: "ρ", values: [ratio], zero: 1 }] },
          stripsLayout({ tokens: ["a"], strips: [{ kind: "signed", name: "ρ", values: [ratio] }] }, 300),
        ),
      );
    expect(strips(1.1)).toContain("var(--positive)");
    expect(strips(0.9)).toContain("var(--negative)");
    expect(strips(1)).not.toContain("<polygon");
    const clipped = { tokens: ["a"], strips: [{ kind: "state", name: "clipped", values: ["low"] }] } as const;
    expect(serialize(tokenStrips(clipped, stripsLayout(clipped, 300)))).toContain(">low<");
  });

  test("one token in words", () => {
    expect(tokenText(revision, 0)).toMatch(/^coefficient c \+0\.0005, .*clipped: –, weight/);
  });
});

describe("tables", () => {
  test("fields with commas, quotes or line ends are quoted; what was not measured is empty", () => {
    const table = {
      columns: ["token", "x"],
      rows: [
        ['a "b",\n', 0.1],
        [" the", null],
      ],
    };
    expect(csv(table)).toBe('token,x\r\n"a ""b"",\n",0.1\r\n" the",\r\n');
    expect([null, "x", 0.12345].map(cellText)).toEqual(["–", "x", "0.123"]);
  });
});

test("a line through the origin stays in its box", () => {
  expect(lineInBox(1, [-1, 4], [-2, 2])).toEqual([-1, 2]);
  expect(lineInBox(-2, [-1, 4], [-2, 2])).toEqual([-1, 1]);
  expect(lineInBox(0, [-1, 4], [-2, 2])).toEqual([-1, 4]);
});
