/** The picture of the vocabulary, painted again and again: each time what its data say, and how long that takes. */
import { describe, expect, test } from "vitest";
import { gridMarks, gridPaint } from "../src/figures/vocabulary_grid";
import { drawChildren } from "../src/ui/figure/draw";
import { paintGrid } from "../src/ui/figure/paint_grid";
import { paletteIn } from "../src/ui/figure/palette";
import {
  viewLayout,
  vocabularyColumns,
  vocabularyView,
  type VocabularyColumns,
} from "../src/ui/figure/vocabulary";
import "../src/ui/styles/index.css";

const rounds = 120;
const width = 560;
const scale = 2;

/** A place in a response: another token, another coefficient and other probabilities each time. */
function positionOf(size: number, round: number) {
  const logits = Float64Array.from({ length: size }, (_, id) => -Math.log(1 + ((id * 7919 + round) % size)));
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  const before = Float32Array.from(logits, (logit) => logit - total);
  return { before, after: null, sampled: (round * 31) % size, coefficient: round % 2 ? 0.4 : -0.3 };
}

const timed = <T>(list: number[], work: () => T): T => {
  const started = performance.now();
  const result = work();
  list.push(performance.now() - started);
  return result;
};

function report(name: string, times: number[]): string {
  const sorted = times.slice(10).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(2);
  return `${name}: median ${at(0.5)} ms, p95 ${at(0.95)} ms`;
}

describe.each([512, 151_936])("a vocabulary of %i tokens", (size) => {
  test("is painted anew for each position", () => {
    const canvas = document.body.appendChild(document.createElement("canvas"));
    const svg = document.body.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "svg"));
    const palette = paletteIn(document.body);
    const times = { columns: [] as number[], draw: [] as number[], pixels: [] as number[] };
    let seen: string | null = null;

    /** As the component does it, from sorted columns to pixels and marks. */
    function redraw(columns: VocabularyColumns): void {
      const view = vocabularyView(columns, "probability");
      const layout = viewLayout(view, width);
      paintGrid(
        canvas,
        gridPaint(view.cells, layout, view),
        { width, height: layout.height, scale },
        palette,
      );
      drawChildren(svg, gridMarks(view.cells, layout, { ...view, selected: 3 }));
    }
    const positions = Array.from({ length: size > 1000 ? 8 : rounds }, (_, i) => positionOf(size, i));
    for (let round = 0; round < rounds; round++) {
      const position = positions[round % positions.length];
      const columns = timed(times.columns, () => vocabularyColumns(position));
      timed(times.draw, () => redraw(columns));
      // What was recorded is made into pixels here, on the processor.
      const context = canvas.getContext("2d")!;
      const { data } = timed(times.pixels, () => context.getImageData(0, 0, 24, 24));
      const corner = data.join();
      expect(corner).not.toBe(seen);
      seen = corner;
    }
    expect(canvas.width).toBe(width * scale);
    expect(svg.querySelectorAll("rect").length).toBe(2);
    const pixels = new Uint32Array(
      canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height).data.buffer,
    );
    expect(new Set(pixels).size).toBeGreaterThan(20);
    console.log(
      [
        `${size} tokens, ${width} px wide, ${scale} pixels to each:`,
        report("p, gradient and sort", times.columns),
        report("redraw after the sort", times.draw),
        report("its pixels read back", times.pixels),
      ].join("\n  "),
    );
    for (const element of [canvas, svg]) element.remove();
  });
});
