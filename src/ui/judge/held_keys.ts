/** The origins that a key was entered for. The keys themselves are with the training thread, and nowhere else. */
const origins = new Set<string>();

/** The origin of an address; null for what is none. */
export const originOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).origin : null);

/** Notes that the training thread has a key for an address, or has it no more. */
export function noteKey(url: string, isHeld: boolean): void {
  const origin = originOf(url);
  if (origin === null) return;
  if (isHeld) origins.add(origin);
  else origins.delete(origin);
}

/** The origin that the training thread has a key for, if it is that of this address. */
export function keyHeldFor(url: string): string | null {
  const origin = originOf(url);
  return origin !== null && origins.has(origin) ? origin : null;
}
