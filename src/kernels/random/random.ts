/**
 * Counter-based random numbers keyed by a seed path: the only source of randomness in the project.
 *
 * The generator is Threefry-2x32 with 20 rounds (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3",
 * SC 2011): additions, rotations and exclusive-ors on 32-bit words, so that TypeScript here and WGSL in
 * `random.wgsl` produce the same integers. A *key* is two words; deriving a key from a key and a path element
 * makes a tree of independent streams: (run seed, "step", 17, "group", 3, …).
 */

/** Two 32-bit words that select a stream. */
export type Key = readonly [number, number];

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const skeinParity = 0x1bd11bda;

/** The Threefry-2x32-20 block: (key, counter) → two independent uniformly distributed 32-bit words. */
export function threefry(key: Key, counter0: number, counter1: number): [number, number] {
  const schedule = [key[0] | 0, key[1] | 0, skeinParity ^ key[0] ^ key[1]];
  let x0 = (counter0 + schedule[0]) | 0;
  let x1 = (counter1 + schedule[1]) | 0;
  for (let round = 0; round < 20; round++) {
    const rotation = rotations[round % 8];
    x0 = (x0 + x1) | 0;
    x1 = (x1 << rotation) | (x1 >>> (32 - rotation));
    x1 ^= x0;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = (x0 + schedule[injection % 3]) | 0;
      x1 = (x1 + schedule[(injection + 1) % 3] + injection) | 0;
    }
  }
  return [x0 >>> 0, x1 >>> 0];
}

/** The key of a run: its seed, a non-negative integer below 2^53. */
export function seedKey(seed: number): Key {
  return threefry([0x4865524c, 0x706c6179], seed >>> 0, Math.floor(seed / 0x100000000) >>> 0);
}

/** The key of a child stream. Text and integer elements never collide: they use different second counters. */
export function deriveKey(key: Key, ...path: readonly (string | number)[]): Key {
  let derived = key;
  for (const element of path) {
    derived =
      typeof element === "number"
        ? threefry(derived, element >>> 0, 0)
        : threefry(derived, hashText(element), 1);
  }
  return derived;
}

/** FNV-1a over UTF-16 code units; path elements are short literals, so 32 bits are plenty. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** A 32-bit word as a number in [0, 1) with 24 bits, exactly representable in f32 (as `random.wgsl` does). */
export const wordToUnit = (word: number): number => (word >>> 8) / 0x1000000;

/** A sequential reader of one stream, for code on the host that draws many numbers. */
export class RandomStream {
  readonly key: Key;
  private counter = 0;

  constructor(key: Key) {
    this.key = key;
  }

  /** The stream of a seed and a path. */
  static of(seed: number, ...path: readonly (string | number)[]): RandomStream {
    return new RandomStream(deriveKey(seedKey(seed), ...path));
  }

  /** An independent child stream; does not advance this one. */
  child(...path: readonly (string | number)[]): RandomStream {
    return new RandomStream(deriveKey(this.key, ...path));
  }

  /** A uniform 32-bit word. Counters of a stream use second word 2, so draws never meet derived keys. */
  word(): number {
    return threefry(this.key, this.counter++, 2)[0];
  }

  /** Uniform in [0, 1), 24 bits. */
  unit(): number {
    return wordToUnit(this.word());
  }

  /** A uniform integer in [0, count). The bias of scaling a 32-bit word is below count / 2^32. */
  integer(count: number): number {
    return Math.floor((this.word() / 0x100000000) * count);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.word() / 0x100000000 < probability;
  }

  /** A uniformly drawn element. The list must not be empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.integer(list.length)];
  }

  /** A uniformly drawn ordering (Fisher–Yates); the argument is left alone. */
  shuffled<T>(list: readonly T[]): T[] {
    const result = [...list];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [result[i], result[j]] = [result[j], result[i]];
    }
    return result;
  }

  /** A draw from the standard normal distribution by summing twelve uniforms (no transcendental function). */
  normal(): number {
    let sum = 0;
    for (let i = 0; i < 12; i++) sum += this.unit() + 1 / 0x2000000;
    return sum - 6;
  }
}
