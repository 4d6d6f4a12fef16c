/** A token's text found in a longer text, in UTF-16 offsets. */
export interface SpecialMatch {
  readonly start: number;
  readonly end: number;
  readonly id: number;
}

interface Node {
  readonly next: Map<number, Node>;
  id: number | null;
}

/**
 * Finds tokens by their literal text, the way the reference tokenizers do: at each place the longest one, the first
 * place first, without overlap. The work is at most the text's length times the longest token's.
 */
export class SpecialMatcher {
  private readonly root: Node = { next: new Map(), id: null };

  constructor(tokens: Iterable<readonly [text: string, id: number]>) {
    for (const [text, id] of tokens) {
      let node = this.root;
      for (let i = 0; i < text.length; i++) {
        const unit = text.charCodeAt(i);
        const next = node.next.get(unit) ?? { next: new Map(), id: null };
        node.next.set(unit, next);
        node = next;
      }
      if (text !== "") node.id = id;
    }
  }

  /** The matches that `accepts` lets through, from left to right. */
  find(text: string, accepts: (match: SpecialMatch) => boolean = () => true): SpecialMatch[] {
    const found: SpecialMatch[] = [];
    for (let start = 0; start < text.length; start++) {
      const match = this.longestAt(text, start, accepts);
      if (match) {
        found.push(match);
        start = match.end - 1;
      }
    }
    return found;
  }

  /** Every place where the text of a token begins, overlapping ones included. */
  starts(text: string): number[] {
    const starts: number[] = [];
    for (let start = 0; start < text.length; start++) {
      if (this.longestAt(text, start, () => true)) starts.push(start);
    }
    return starts;
  }

  private longestAt(
    text: string,
    start: number,
    accepts: (match: SpecialMatch) => boolean,
  ): SpecialMatch | null {
    let longest: SpecialMatch | null = null;
    let node: Node | undefined = this.root;
    for (let end = start + 1; end <= text.length; end++) {
      node = node.next.get(text.charCodeAt(end - 1));
      if (!node) break;
      if (node.id === null) continue;
      const match = { start, end, id: node.id };
      if (accepts(match)) longest = match;
    }
    return longest;
  }
}
