import type { Palette } from "../../figures/serialize";
import type { GridPaint } from "../../figures/vocabulary_grid";
import { clearedCanvas, paintOf, type CanvasSize } from "./canvas";

/**
 * Paints a grid on a canvas of this size. Colours are looked up in the palette. One path a colour of signs: a cell costs
 * one call.
 */
export function paintGrid(
  canvas: HTMLCanvasElement,
  { boxes, signs }: GridPaint,
  size: CanvasSize,
  palette: Palette,
): void {
  const context = clearedCanvas(canvas, size);
  if (!context) return;
  let last = "";
  for (const { colour, opacity, x, y, width, height } of boxes) {
    if (colour !== last) context.fillStyle = paintOf(palette, (last = colour));
    context.globalAlpha = opacity;
    context.beginPath();
    context.roundRect(x, y, width, height, 1.5);
    context.fill();
  }
  for (const { colour, opacity, bars } of signs) {
    context.fillStyle = paintOf(palette, colour);
    context.globalAlpha = opacity;
    context.beginPath();
    for (const { x, y, width, height } of bars) context.rect(x, y, width, height);
    context.fill();
  }
}
