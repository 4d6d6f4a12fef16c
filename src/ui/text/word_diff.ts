/** A stretch of words: in both texts, in the new one only, or in the old one only. */
export interface DiffPart {
  readonly kind: "same" | "inserted" | "removed";
  readonly words: readonly string[];
}

/** Products of word counts above which texts are not compared word by word (a tenth of a second's work). */
const mostWork = 4_000_000;

/** The words of a text; a line break is a word of its own. */
export const wordsOf = (text: string): string[] => text.match(/\n|[^\s]+/g) ?? [];

/**
 * How to get from one text to another with the fewest words inserted and removed (longest common subsequence). Texts
 * that share a beginning and an end are compared in between only; two that are huge and different are replaced whole.
 */
export function wordDiff(before: readonly string[], after: readonly string[]): DiffPart[] {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < Math.min(before.length, after.length) - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++;
  const parts: DiffPart[] = [
    { kind: "same", words: after.slice(0, start) },
    ...middleDiff(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    { kind: "same", words: after.slice(after.length - end) },
  ];
  return merged(parts);
}

function middleDiff(before: readonly string[], after: readonly string[]): DiffPart[] {
  const replaced: DiffPart[] = [
    { kind: "removed", words: before },
    { kind: "inserted", words: after },
  ];
  if (before.length === 0 || after.length === 0 || before.length * after.length > mostWork) return replaced;
  const common = commonLengths(before, after);
  const parts: DiffPart[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      parts.push({ kind: "same", words: [after[j++]] });
      i++;
    } else if (j === after.length || (i < before.length && common[i + 1][j] >= common[i][j + 1]))
      parts.push({ kind: "removed", words: [before[i++]] });
    else parts.push({ kind: "inserted", words: [after[j++]] });
  }
  return parts;
}

/** Length of the longest common subsequence of the words from i and from j on. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      lengths[i][j] =
        before[i] === after[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
  return lengths;
}

function merged(parts: readonly DiffPart[]): DiffPart[] {
  const result: { kind: DiffPart["kind"]; words: string[] }[] = [];
  for (const { kind, words } of parts) {
    if (words.length === 0) continue;
    const last = result.at(-1);
    if (last?.kind === kind) last.words.push(...words);
    else result.push({ kind, words: [...words] });
  }
  return result;
}
