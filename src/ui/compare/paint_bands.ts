import type { BandShape } from "../../figures/bands";
import type { Palette } from "../../figures/serialize";
import { clearedCanvas, paintOf, type CanvasSize } from "../figure/canvas";

/** Paints shapes on a canvas of this size. */
export function paintBands(
  canvas: HTMLCanvasElement,
  shapes: readonly BandShape[],
  size: CanvasSize,
  palette: Palette,
): void {
  const context = clearedCanvas(canvas, size);
  if (!context) return;
  context.lineJoin = "round";
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
      context.lineWidth = width;
      context.setLineDash([...look.dash]);
      context.stroke();
    }
  }
}
