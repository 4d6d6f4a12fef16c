import type { SampleOptions } from "./policy";
import type { Tokenizer } from "./tokenizer/tokenizer";

/** The text before the first of `stops` in it; all of it where there is none. */
export function beforeStop(text: string, stops: readonly string[]): string {
  const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  return ends.length > 0 ? text.slice(0, Math.min(...ends)) : text;
}

/**
 * Ends responses whose text holds one of `stops`; undefined for none. The text is looked at as a whole: a stop string may
 * begin within one token and end within another.
 */
export function stopStrings(
  tokenizer: Pick<Tokenizer, "decode">,
  stops: readonly string[],
): SampleOptions["isStopped"] {
  const own = stops.filter((stop) => stop !== "");
  if (own.length === 0) return undefined;
  return (ids) => {
    const text = tokenizer.decode(ids, { skipSpecials: true });
    return own.some((stop) => text.includes(stop));
  };
}
