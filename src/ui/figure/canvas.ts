import type { Palette } from "../../figures/serialize";

export interface CanvasSize {
  readonly width: number;
  readonly height: number;
  /** Pixels of the screen to one of the page. */
  readonly scale: number;
}

/** An empty canvas of this size in pixels of the page, ready to be painted; null where there is none to be had. */
export function clearedCanvas(canvas: HTMLCanvasElement, size: CanvasSize): CanvasRenderingContext2D | null {
  const [width, height] = [size.width, size.height].map((length) => Math.round(length * size.scale));
  // Setting the size clears the canvas and takes its memory anew: only where it changes.
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context?.setTransform(size.scale, 0, 0, size.scale, 0, 0);
  context?.clearRect(0, 0, size.width, size.height);
  return context;
}

/** The value of a figure's colour, which names a custom property. */
export const paintOf = (palette: Palette, colour: string): string =>
  palette[colour.slice("var(--".length, -1)];
