import type { Palette } from "../../figures/serialize";
import type { GridPaint } from "../../figures/vocabulary_grid";

/**
 * Paints a grid on a canvas of this size in pixels of the page, `scale` of the screen's to each. Colours are looked up in
 * the palette. One path a colour of signs: a cell costs one call.
 */
export function paintGrid(
  canvas: HTMLCanvasElement,
  { boxes, signs }: GridPaint,
  size: { readonly width: number; readonly height: number; readonly scale: number },
  palette: Palette,
): void {
  const [width, height] = [size.width, size.height].map((length) => Math.round(length * size.scale));
  // Setting the size clears the canvas and takes its memory anew: only where it changes.
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  if (!context) return;
  const valueOf = (colour: string) => palette[colour.slice("var(--".length, -1)];
  context.setTransform(size.scale, 0, 0, size.scale, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  let last = "";
  for (const { colour, opacity, x, y, width, height } of boxes) {
    if (colour !== last) context.fillStyle = valueOf((last = colour));
    context.globalAlpha = opacity;
    context.beginPath();
    context.roundRect(x, y, width, height, 1.5);
    context.fill();
  }
  for (const { colour, opacity, bars } of signs) {
    context.fillStyle = valueOf(colour);
    context.globalAlpha = opacity;
    context.beginPath();
    for (const { x, y, width, height } of bars) context.rect(x, y, width, height);
    context.fill();
  }
}
