/**
 * Training of a byte-level BPE vocabulary of GPT-2's kind (Radford et al., 2019; Sennrich et al., 2016): text is cut
 * into pieces by GPT-2's pattern, a piece's UTF-8 bytes are written in GPT-2's alphabet of 256 printable characters,
 * and the most frequent neighbouring pair is merged again and again.
 */

/** GPT-2's pieces: contractions, letters, numbers and other marks, each with a space before it, and white space. */
const pieces = /'(?:[stmd]|re|ve|ll)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** GPT-2's alphabet: printable bytes stand for themselves, the others for U+0100 and following, in order. */
export const byteAlphabet: readonly string[] = (() => {
  const isPrintable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let shifted = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : shifted++));
})();

/** A vocabulary as GGUF and tokenizer files hold it. */
export interface BpeVocabulary {
  /** By id: the alphabet's 256 in the order of their bytes, the merged ones in the order of merging, the special. */
  readonly tokens: readonly string[];
  /** "left right", the most urgent first. */
  readonly merges: readonly string[];
}

/**
 * A vocabulary of `vocabSize` tokens, special ones included, trained on `texts`. Special tokens do not occur in the
 * texts. Of two pairs as frequent the one with the smaller ids (left, then right) is merged first, so that the result
 * depends on the texts' pieces and their counts alone. Has fewer tokens when nothing is left to merge.
 */
export function trainBpe(
  texts: Iterable<string>,
  vocabSize: number,
  specialTokens: readonly string[],
): BpeVocabulary {
  const words = countPieces(texts);
  const tokens = [...byteAlphabet];
  const merges: string[] = [];
  while (tokens.length + specialTokens.length < vocabSize) {
    const best = mostFrequentPair(words);
    if (best === null) break;
    const [left, right] = best;
    merges.push(`${tokens[left]} ${tokens[right]}`);
    for (const word of words) word.ids = mergePair(word.ids, left, right, tokens.length);
    tokens.push(tokens[left] + tokens[right]);
  }
  return { tokens: [...tokens, ...specialTokens], merges };
}

interface Word {
  ids: number[];
  readonly count: number;
}

function countPieces(texts: Iterable<string>): Word[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const [piece] of text.matchAll(pieces)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  const encoder = new TextEncoder();
  return [...counts].map(([piece, count]) => ({ ids: [...encoder.encode(piece)], count }));
}

/** The pair with the highest count, or null when no word has two tokens left. */
function mostFrequentPair(words: readonly Word[]): [number, number] | null {
  const counts = new Map<number, number>();
  for (const { ids, count } of words) {
    for (let i = 0; i + 1 < ids.length; i++) {
      const pair = ids[i] * 0x10000 + ids[i + 1];
      counts.set(pair, (counts.get(pair) ?? 0) + count);
    }
  }
  let best = -1;
  let bestCount = 0;
  for (const [pair, count] of counts) {
    if (count > bestCount || (count === bestCount && pair < best)) [best, bestCount] = [pair, count];
  }
  return best < 0 ? null : [Math.floor(best / 0x10000), best % 0x10000];
}

function mergePair(ids: readonly number[], left: number, right: number, merged: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    const isPair = ids[i] === left && i + 1 < ids.length && ids[i + 1] === right;
    result.push(isPair ? merged : ids[i]);
    if (isPair) i++;
  }
  return result;
}
