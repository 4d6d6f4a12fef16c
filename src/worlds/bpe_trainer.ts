import { byteSymbols } from "../policy/tokenizer/byte_symbols";
import { preTokenizers } from "../policy/tokenizer/pre_tokenizers";

/*
 * Training of a byte-level BPE vocabulary of GPT-2's kind (Sennrich et al., "Neural Machine Translation of Rare Words
 * with Subword Units", 2016; Radford et al., 2019): text is cut into pieces by GPT-2's pattern, a piece's bytes are
 * its first tokens, and the most frequent pair of neighbours is merged again and again.
 */

const pieces = new RegExp(preTokenizers["gpt-2"].patterns[0], "gu");

/** A vocabulary as GGUF and tokenizer files hold it. */
export interface BpeVocabulary {
  /** By id: the symbols of the 256 bytes in order, then what was merged, in order, then the special tokens. */
  readonly tokens: readonly string[];
  /** "left right", the most urgent first. */
  readonly merges: readonly string[];
}

/**
 * A vocabulary of `vocabSize` tokens, special ones included, trained on `texts`. Special tokens do not occur in the
 * texts. Of two pairs as frequent the one with the smaller ids (left, then right) is merged first, so that the result
 * depends on the texts' pieces and their counts alone. Has fewer tokens when
 * nothing is left to merge.
 */
export function trainBpe(
  texts: Iterable<string>,
  vocabSize: number,
  specialTokens: readonly string[],
): BpeVocabulary {
  const words = countPieces(texts);
  const tokens = [...byteSymbols];
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
