export interface Point {
  readonly x: number;
  readonly y: number | null;
}

/**
 * At most about `limit` of the points, in order, such that a line through them looks the same: of each stretch its
 * first, lowest, highest and last point stay. Gaps (null) are ended by a gap.
 */
export function decimated(points: readonly Point[], limit: number): readonly Point[] {
  if (points.length <= limit) return points;
  const stretch = Math.ceil((points.length / limit) * 4);
  const kept: Point[] = [];
  for (let start = 0; start < points.length; start += stretch)
    kept.push(...landmarks(points.slice(start, start + stretch)));
  return kept;
}

function landmarks(points: readonly Point[]): Point[] {
  const known = points.flatMap(({ y }, index) => (y === null ? [] : [{ y, index }]));
  if (known.length === 0) return [points[0]];
  const lowest = known.reduce((low, point) => (point.y < low.y ? point : low));
  const highest = known.reduce((high, point) => (point.y > high.y ? point : high));
  const gap = points.findIndex(({ y }) => y === null);
  const indices = new Set(
    [0, lowest.index, highest.index, gap, points.length - 1].filter((index) => index >= 0),
  );
  return [...indices].sort((a, b) => a - b).map((index) => points[index]);
}
