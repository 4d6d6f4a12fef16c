import { wordDiff, wordsOf } from "./word_diff";

/** A revision's tokens against its draft: which are of inserted words, and what was removed before which token. */
export interface TokenDiff {
  readonly inserted: readonly boolean[];
  /** Words removed in front of a token; what is missing at the end has the number of tokens as its key. */
  readonly removed: ReadonlyMap<number, string>;
}

/** Compares texts word by word and marks the tokens; `after` is the text of each token of the revision. */
export function tokenDiff(before: string, after: readonly string[]): TokenDiff {
  const inserted = after.map(() => false);
  const removed = new Map<number, string>();
  const owners = wordOwners(after);
  let word = 0;
  for (const { kind, words } of wordDiff(wordsOf(before), wordsOf(after.join("")))) {
    if (kind === "removed") {
      removed.set(owners[word]?.[0] ?? after.length, words.map((w) => (w === "\n" ? "↵" : w)).join(" "));
      continue;
    }
    if (kind === "inserted")
      for (const tokens of owners.slice(word, word + words.length))
        for (const token of tokens) inserted[token] = true;
    word += words.length;
  }
  return { inserted, removed };
}

/** For each word of the joined text the tokens that have letters of it. */
function wordOwners(tokens: readonly string[]): number[][] {
  const ends: number[] = [];
  let length = 0;
  for (const token of tokens) ends.push((length += token.length));
  const owners: number[][] = [];
  let first = 0;
  for (const match of tokens.join("").matchAll(/\n|[^\s]+/g)) {
    const [from, to] = [match.index, match.index + match[0].length];
    while (ends[first] <= from) first++;
    const own: number[] = [];
    for (let token = first; token < tokens.length && ends[token] - tokens[token].length < to; token++)
      own.push(token);
    owners.push(own);
  }
  return owners;
}
