import { pinnedWidth, type BandShape } from "../../figures/bands";
import type { Palette } from "../../figures/serialize";
import { clearedCanvas, paintOf, type CanvasSize } from "../figure/canvas";

/**
 * Of more corners than these the lines are as thin as the screen has them: a wide line costs a processor twenty times as
 * much, and so many cover each other anyway.
 */
const mostWide = 2500;

/** Paints shapes on a canvas of this size. */
export function paintBands(
  canvas: HTMLCanvasElement,
  shapes: readonly BandShape[],
  size: CanvasSize,
  palette: Palette,
): void {
  const context = clearedCanvas(canvas, size);
  if (!context) return;
  // A tenth of the price of round joins, and no difference at this width.
  context.lineJoin = "bevel";
  const lengths = shapes.map(({ points, width }) => (width > 1 ? points.length : 0));
  const isCrowded = lengths.reduce((sum, length) => sum + length, 0) > mostWide;
  for (const { kind, points, look, width, opacity } of shapes) {
    context.globalAlpha = opacity;
    context.beginPath();
    let isOn = false;
    for (const corner of points) {
      if (corner === null) isOn = false;
      else {
        if (isOn) context.lineTo(corner[0], corner[1]);
        else context.moveTo(corner[0], corner[1]);
        isOn = true;
      }
    }
    if (kind === "area") {
      context.fillStyle = paintOf(palette, look.colour);
      context.fill();
    } else {
      context.strokeStyle = paintOf(palette, look.colour);
      context.lineWidth = isCrowded && width < pinnedWidth ? 1 / size.scale : width;
      context.setLineDash([...look.dash]);
      context.stroke();
    }
  }
}
