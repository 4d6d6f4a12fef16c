import type { WhyQuestion } from "./why";

/** A part of a sentence: words, or a number that can be asked about. */
export interface SentencePart {
  readonly text: string;
  readonly ask: (() => WhyQuestion) | null;
}

/** A number as the sentence writes it, with its question. */
export type AskedNumber = readonly [written: string, ask: () => WhyQuestion];

/**
 * A sentence cut at its numbers, which stand in it in this order. A number that is not there is passed over; the parts
 * joined are always the sentence.
 */
export function sentenceParts(sentence: string, numbers: readonly AskedNumber[]): SentencePart[] {
  const parts: SentencePart[] = [];
  let rest = sentence;
  for (const [written, ask] of numbers) {
    const at = written === "" ? -1 : rest.indexOf(written);
    if (at < 0) continue;
    if (at > 0) parts.push({ text: rest.slice(0, at), ask: null });
    parts.push({ text: written, ask });
    rest = rest.slice(at + written.length);
  }
  return rest === "" ? parts : [...parts, { text: rest, ask: null }];
}
