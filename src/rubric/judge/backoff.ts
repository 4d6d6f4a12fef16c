/** The first wait, the longest of our own, and the longest that a server may ask for, in milliseconds. */
const first = 500;
const longest = 30_000;
const longestAsked = 120_000;

/**
 * The wait before retry `retry` (from 0), in milliseconds: doubled each time up to a limit, of which half is left to
 * chance, so that calls that failed together do not come back together. `random` gives numbers in [0, 1).
 */
export function backoff(retry: number, random: () => number): number {
  const wait = Math.min(longest, first * (1 << Math.min(retry, 16)));
  return wait * (0.5 + 0.5 * random());
}

/**
 * The wait that a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds, or a date), in milliseconds and limited;
 * null where there is none, or none that can be read. `now` is in milliseconds since 1970.
 */
export function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  const wait = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? null : Math.min(longestAsked, Math.max(0, wait));
}
