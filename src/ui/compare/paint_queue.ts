/** Milliseconds of a frame that painting may take: what is left waits for the next one. */
const share = 6;

const waiting = new Map<HTMLCanvasElement, () => void>();
let isScheduled = false;

/**
 * Paints a canvas soon, and once a frame however often that is asked for. Many canvases share their frames: a page with a
 * dozen full ones stays at its pace, and they follow a moment later.
 */
export function paintSoon(canvas: HTMLCanvasElement, paint: () => void): void {
  waiting.set(canvas, paint);
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(paintSome);
}

function paintSome(): void {
  const started = performance.now();
  for (const [canvas, paint] of waiting) {
    waiting.delete(canvas);
    if (canvas.isConnected) paint();
    if (performance.now() - started > share) break;
  }
  isScheduled = waiting.size > 0;
  if (isScheduled) requestAnimationFrame(paintSome);
}
