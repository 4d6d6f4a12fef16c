/**
 * The enumerable toy: a policy over all short sequences of a tiny alphabet, so few that every expectation of the
 * method can be summed instead of sampled. What holds on it holds exactly, and what our estimators do on it can be
 * checked.
 *
 * A response is letters, one a token, then the end token; one that reaches `maxTokens` is cut off, as in the engine.
 * Its probability factorises token by token,
 *
 *   π_θ(τ|q) = Π_t softmax(θ[τ_{t−1}])[τ_t],
 *
 * with one row of θ for the start and one for each letter, shared by all positions: as in a language model, no sequence
 * can be made likelier without moving others.
 *
 * Hindsight H names items that a draft missed. It shifts the logit of a whole sequence by κ times how well the sequence
 * meets them, met_H(τ) ∈ [0, 1], their satisfied share of weight:
 *
 *   π_θ(τ|q,H) = π_θ(τ|q) exp(κ · met_H(τ)) / Σ_τ′ π_θ(τ′|q) exp(κ · met_H(τ′)).
 *
 * κ = 0 is a policy that hindsight tells nothing; κ → ∞ one that always does what it is told.
 */
import { HerlError } from "../../errors";
import { rubricReward } from "../../herl/reward";
import type { RubricItem, Verdict } from "../../rubric/schema";

/** One line of the toy's checklist: what it says, what it weighs, and whether letters meet it. */
export interface ToyItem {
  readonly text: string;
  /** At least 0; a rubric needs one above 0. */
  readonly weight: number;
  readonly meets: (letters: string) => boolean;
}

export interface ToyOptions {
  /** Its letters, each one a token. */
  readonly letters: string;
  /** Tokens of the longest response, the end token included. */
  readonly maxTokens: number;
  readonly items: readonly ToyItem[];
  /** Strength of hindsight, in nats for a sequence that meets all that it names. */
  readonly kappa: number;
}

export interface ToySequence {
  readonly letters: string;
  /** Token ids as the policy samples them; the end token is there unless the response was cut off. */
  readonly ids: readonly number[];
  /** Whether it meets each item. */
  readonly met: readonly boolean[];
  /** R(τ), equation (4). */
  readonly reward: number;
}

/** A beginning that is not yet a response: where the policy chooses a token. */
export interface Prefix {
  /** Row of θ that its logits come from: 0 at the start, else the id of its last letter. */
  readonly row: number;
  /** For every token, the place in `prefixes` that it leads to, or −1 − the place in `sequences` that it completes. */
  readonly next: readonly number[];
}

export interface Toy extends ToyOptions {
  /** Tokens that a response can have: the end token, id 0, and the letters from 1. */
  readonly vocab: number;
  /** vocab²: θ[row][token]. */
  readonly parameterCount: number;
  readonly sequences: readonly ToySequence[];
  /** Depth first: what a token leads to comes later in the list. The first one is the empty prefix. */
  readonly prefixes: readonly Prefix[];
}

export const endId = 0;

/** More sequences than this are not enumerated. */
const mostSequences = 1024;

/** All responses, and all places where a token is chosen. Throws CONFIG_INVALID for a toy that cannot be. */
export function createToy(options: ToyOptions): Toy {
  const { letters, maxTokens, items } = options;
  checkOptions(options);
  const vocab = letters.length + 1;
  const sequences: ToySequence[] = [];
  const prefixes: Prefix[] = [];
  const complete = (ids: readonly number[]): number => {
    const text = lettersOf(letters, ids);
    const met = items.map(({ meets }) => meets(text));
    return -sequences.push({ ids, letters: text, met, reward: rewardOf(items, met) });
  };
  const extend = (ids: readonly number[]): number => {
    if (ids.length === maxTokens || ids.at(-1) === endId) return complete(ids);
    const next: number[] = [];
    const place = prefixes.push({ row: ids.at(-1) ?? endId, next }) - 1;
    for (let id = 0; id < vocab; id++) next.push(extend([...ids, id]));
    return place;
  };
  extend([]);
  return { ...options, vocab, parameterCount: vocab * vocab, sequences, prefixes };
}

/** The letters of a response, without its end token. */
export const lettersOf = (letters: string, ids: readonly number[]): string =>
  ids.map((id) => (id === endId ? "" : letters[id - 1])).join("");

function rewardOf(items: readonly ToyItem[], met: readonly boolean[]): number {
  return rubricReward(toyRubric(items), toyVerdicts(met))!;
}

/** The toy's items as the rubric that the method knows. */
export const toyRubric = (items: readonly ToyItem[]): RubricItem[] =>
  items.map(({ text, weight }) => ({ text, weight, polarity: "want", check: { by: "judge" } }));

export const toyVerdicts = (met: readonly boolean[]): Verdict[] =>
  met.map((satisfied) => ({ status: satisfied ? "satisfied" : "unmet" }));

/** met_H(τ): the share of the named items' weight that a sequence satisfies; 0 when they weigh nothing. */
export function metShare(
  items: readonly ToyItem[],
  named: readonly number[],
  met: readonly boolean[],
): number {
  let [satisfied, total] = [0, 0];
  for (const j of named) {
    total += items[j].weight;
    if (met[j]) satisfied += items[j].weight;
  }
  return total === 0 ? 0 : satisfied / total;
}

function checkOptions({ letters, maxTokens, items, kappa }: ToyOptions): void {
  const invalid = (what: string, cure: string) => new HerlError("CONFIG_INVALID", what, cure);
  const distinct = new Set(letters).size === letters.length && !/[^a-z]/.test(letters);
  if (letters.length === 0 || !distinct)
    throw invalid("The toy's letters are not distinct letters a to z", "Give each letter once");
  if (!Number.isInteger(maxTokens) || maxTokens < 1)
    throw invalid("The toy's longest response has no token", "Let it have one at least");
  if (countSequences(letters.length, maxTokens) > mostSequences)
    throw invalid(`The toy has more than ${mostSequences} sequences`, "Take fewer letters or shorter ones");
  if (items.some(({ weight }) => !(weight >= 0)) || !items.some(({ weight }) => weight > 0))
    throw invalid("The toy's rubric weighs nothing", "Give one item a weight above 0, and none below 0");
  if (!(kappa >= 0 && kappa <= 100)) throw invalid("κ is not between 0 and 100", "Choose it from 0 to 100");
}

/** 1 + L + … + L^(m−1) responses that end, where the last of them may also be cut off: L^m. */
function countSequences(letters: number, maxTokens: number): number {
  let [count, prefixes] = [0, 1];
  for (let t = 0; t < maxTokens; t++) [count, prefixes] = [count + prefixes, prefixes * letters];
  return count + prefixes;
}
