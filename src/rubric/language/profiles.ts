/** How a character is rewritten, and how often n-grams occur in each language: what the guesser goes by. */
export interface Profiles {
  readonly languages: readonly string[];
  /** Ideographs that count as another one. */
  readonly representative: ReadonlyMap<string, string>;
  /** By n-gram: index of a language, share of the n-gram among the language's n-grams of its length, and so on. */
  readonly shares: ReadonlyMap<string, readonly number[]>;
}

/** 2^(-level / 4), without an engine's own `pow`. */
function shareOfLevel(): (level: number) => number {
  const fourthRootOfHalf = Math.sqrt(Math.sqrt(0.5));
  const table = [1];
  return (level) => {
    while (table.length <= level) table.push(table[table.length - 1] * fourthRootOfHalf);
    return table[level];
  };
}

/** Reads `profiles.txt`; its format is in `tools/record_language_profiles.py`. */
export function readProfiles(text: string): Profiles {
  const languages: string[] = [];
  const representative = new Map<string, string>();
  const shares = new Map<string, number[]>();
  const share = shareOfLevel();
  for (const line of text.trimEnd().split("\n")) {
    const [head, ...fields] = line.split("\t");
    if (head === "kanji") {
      for (const field of fields) for (const character of field) representative.set(character, field[0]);
    } else if (head.startsWith("@")) {
      languages.push(head.slice(1));
    } else {
      fields.forEach((grams, index) => {
        for (let at = 0; at < grams.length; at += index + 1) {
          const gram = grams.slice(at, at + index + 1);
          const known = shares.get(gram);
          if (known === undefined) shares.set(gram, [languages.length - 1, share(Number(head))]);
          else known.push(languages.length - 1, share(Number(head)));
        }
      });
    }
  }
  return { languages, representative, shares };
}
