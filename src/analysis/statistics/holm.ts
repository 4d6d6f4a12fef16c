/**
 * Holm's correction of p values over a family of comparisons ("A simple sequentially rejective multiple test procedure",
 * 1979): adjusted values in the order of the given ones; rejecting those below a level keeps the chance of any false
 * rejection below it.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => ps[a] - ps[b]);
  const adjusted = new Array<number>(ps.length);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (ps.length - rank) * ps[index]));
    adjusted[index] = largest;
  });
  return adjusted;
}
