export interface CurvePoint {
  readonly x: number;
  readonly y: number;
}

/**
 * The area under a curve by trapezoids, divided by its range on x: the mean height on the way there. Points by rising x;
 * null for fewer than two, or for a curve without a range.
 */
export function areaUnderCurve(points: readonly CurvePoint[]): number | null {
  if (points.length < 2) return null;
  const range = points[points.length - 1].x - points[0].x;
  if (range <= 0) return null;
  let area = 0;
  for (let i = 1; i < points.length; i++)
    area += ((points[i].y + points[i - 1].y) / 2) * (points[i].x - points[i - 1].x);
  return area / range;
}
