/** Pictures of fixed data, kept as files: what changes in them shows in the diff. */
import { describe, expect, test } from "vitest";
import { curveFigure, curveScales, curveX, nearest, type CurveData, type CurveLayout } from "./curve";
import { exportFigure } from "./export_figure";
import { flowBars } from "./flow_bars";
import { probabilityAxis, probabilityChangeFigure } from "./probability_change";
import { serialize } from "./serialize";
import { node, picture, rounded, text } from "./svg";

const snapshot = (name: string) => `../../test/snapshots/${name}.svg`;

const run = [0.1, 0.2, null, 0.4, 0.75].map((y, i) => ({ x: (i + 1) * 64, y }));
const curve: CurveData = {
  series: [{ name: "reward", points: run }],
  ghosts: [{ name: "RLVR, seed 0", points: run.map(({ x, y }) => ({ x, y: y === null ? 0.15 : y / 2 })) }],
  marks: [
    { shape: "diamond", points: [{ x: 0, y: 0.3 }] },
    { shape: "square", points: [{ x: 0, y: 0.2 }] },
    { shape: "circle", points: [{ x: 0, y: 0.1 }] },
  ],
};
const layout: CurveLayout = {
  ...{ width: 260, height: 80, xMax: 320 },
  atLeast: [0, 1],
  formatY: (value) => value.toFixed(2),
};

describe("curve", () => {
  test("picture", async () => {
    await expect(serialize(curveFigure({ ...curve }, { ...layout, cursor: 256 }))).toMatchFileSnapshot(
      snapshot("curve"),
    );
  });

  test("a collapse is a cross where it was found", () => {
    const cross = { shape: "cross", points: [{ x: 320, y: 0.75 }] } as const;
    const { x, y } = curveScales(curve, layout);
    const drawn = serialize(curveFigure({ ...curve, marks: [cross] }, layout));
    expect(drawn).toContain(`d="M${(x(320) - 4).toFixed(2)} ${(y(0.75) - 4).toFixed(2)}l8 8m0 -8l-8 8"`);
  });

  test("nothing measured yet is an empty frame, not an error", () => {
    const empty = curveFigure(
      { series: [{ name: "reward", points: [] }], ghosts: [], marks: [] },
      { ...layout, cursor: 3 },
    );
    expect(serialize(empty)).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("values outside the least range widen it; what is not finite is left out", () => {
    const wild = {
      ...curve,
      series: [
        {
          name: "gain",
          points: [
            { x: 1, y: -2 },
            { x: 2, y: Infinity },
            { x: 3, y: NaN },
          ],
        },
      ],
    };
    expect(curveScales(wild, layout).y.domain()[0]).toBeLessThanOrEqual(-2);
    expect(serialize(curveFigure(wild, layout))).not.toMatch(/NaN|Infinity/);
  });

  test("a pixel is read back as the x that was drawn there", () => {
    const { x } = curveScales(curve, layout);
    for (const value of [0, 100, 320])
      expect(curveX(x(value), layout.width, layout.xMax)).toBeCloseTo(value, 6);
    expect(curveX(-50, layout.width, layout.xMax)).toBe(0);
  });

  test("the nearest known point, gaps passed over", () => {
    expect(nearest(run, 190)).toEqual({ x: 128, y: 0.2 });
    expect(nearest([{ x: 1, y: null }], 1)).toBeNull();
  });
});

describe("probabilities before and after", () => {
  const changes = [
    { label: "river", before: 0.061, after: 0.094 },
    { label: "hill", before: 0.118, after: 0.109 },
    { label: "lake", before: 0.07101, after: 0.07102 },
  ];

  test("picture", async () => {
    await expect(serialize(probabilityChangeFigure(changes, 420))).toMatchFileSnapshot(
      snapshot("probability-change"),
    );
  });

  test("a linear axis where it can show every change, a logarithmic one where it cannot", () => {
    expect(probabilityAxis(changes).kind).toBe("linear");
    expect(probabilityAxis([...changes, { label: "x", before: 1e-5, after: 2e-5 }]).kind).toBe("log");
    const none = probabilityChangeFigure([{ label: "x", before: 0, after: null }], 300);
    expect(serialize(none)).not.toMatch(/NaN|Infinity/);
  });
});

describe("flows", () => {
  test("picture", async () => {
    const flows = flowBars(
      [
        { label: "A > 0 → sampled", sign: "positive", isSampled: true, rollouts: 0.03, revisions: 0.01 },
        { label: "A < 0 → unsampled", sign: "negative", isSampled: false, rollouts: 0.086, revisions: 0 },
      ],
      420,
    );
    await expect(serialize(flows)).toMatchFileSnapshot(snapshot("flow-bars"));
  });

  test("an update without any gradient", () => {
    const none = flowBars(
      [{ label: "A > 0 → sampled", sign: "positive", isSampled: true, rollouts: 0, revisions: 0 }],
      300,
    );
    expect(serialize(none)).not.toMatch(/NaN|Infinity/);
  });
});

describe("files", () => {
  test("an exported figure stands alone: title, legend and caption inside, colours as values", async () => {
    const palette = { ink: "#111", "ink-quiet": "#666", rule: "#ddd", paper: "#fff" };
    const parts = {
      title: "reward",
      legend: "solid: this run",
      caption: "preset pocket-rare, HeRL, seed 0.",
    };
    const file = exportFigure({ figure: curveFigure(curve, layout), ...parts }, palette);
    for (const words of Object.values(parts)) expect(file).toContain(words);
    expect(file).not.toContain("var(");
    await expect(file).toMatchFileSnapshot(snapshot("exported-curve"));
  });

  test("model text cannot break out of a file, and what XML forbids is replaced", () => {
    const odd = '</text><script>alert(1)</script>"&\u0000\ud800';
    const file = serialize(picture(10, 10, [text(0, 0, odd), node("g", { "aria-label": odd })]));
    expect(file).not.toContain("<script");
    expect(file).toContain("&lt;/text&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;\ufffd\ufffd");
  });

  test("numbers have three digits, and no minus zero", () => {
    expect([1 / 3, -0.0001, 12, 1e-9].map(rounded)).toEqual(["0.333", "0", "12", "0"]);
  });
});
