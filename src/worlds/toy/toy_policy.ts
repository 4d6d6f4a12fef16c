import { HerlError } from "../../errors";
import { log } from "../../kernels/math";
import { deriveKey, RandomStream } from "../../kernels/random/random";
import type {
  BranchGradients,
  BranchScores,
  CoefficientsOf,
  OptimizerOptions,
  PolicySnapshot,
  Rollout,
  SampleOptions,
  SampleRequest,
  ScoreOptions,
  StepResult,
  TrainablePolicy,
  Tree,
} from "../../policy/policy";
import { conditionals, type Conditionals } from "./conditionals";
import { HostAdamw } from "./host_adamw";
import { endId, type Toy } from "./toy";
import { answerId, itemId } from "./tokens";

type Temperature = Pick<ScoreOptions, "temperature" | "signal">;

/** One predicted token: the place where it was chosen, and its id. */
interface Choice {
  readonly place: number;
  readonly id: number;
}

/**
 * A toy as a policy that the method trains like any other. θ is [vocab, vocab] in single precision, everything computed
 * from it in double. A prompt ends with the answer mark; the items that it names are H, its letters (the draft) are
 * not looked at.
 */
export class ToyPolicy implements TrainablePolicy {
  readonly contextLength: number;
  readonly toy: Toy;
  /** ∂L/∂θ of L = −Σ c ln π, added up. */
  readonly gradients: Float64Array;
  private readonly optimizer: HostAdamw;
  private readonly reference: Float32Array;
  /** By what hindsight names and temperature, for the present parameters. */
  private known = new Map<string, Conditionals>();

  constructor(toy: Toy, theta: ArrayLike<number>) {
    this.toy = toy;
    // The longest prompt: instruction, draft, all items, answer mark.
    this.contextLength = 2 * toy.maxTokens + toy.items.length + 2;
    this.gradients = new Float64Array(toy.parameterCount);
    this.optimizer = new HostAdamw(Float32Array.from(theta));
    this.reference = this.optimizer.parameters.slice();
  }

  /** θ, single precision. Not to be written to. */
  get parameters(): Float32Array {
    return this.optimizer.parameters;
  }

  async sample(requests: readonly SampleRequest[], options: SampleOptions): Promise<Rollout[][]> {
    const { signal, temperature, maxNewTokens, onToken } = options;
    signal?.throwIfAborted();
    return requests.map(({ prompt, samples, key }, request) => {
      const room = Math.min(maxNewTokens, this.contextLength - prompt.length, this.toy.maxTokens);
      if (room < 1) throw tooLong();
      const at = this.conditionalsAfter(prompt, temperature || 1);
      return Array.from({ length: samples }, (_, sample) => {
        const stream = new RandomStream(deriveKey(key, sample));
        const rollout = this.respond(at, room, (p) =>
          temperature === 0 ? largest(p) : draw(p, stream.unit()),
        );
        rollout.ids.forEach((id) => onToken?.(request, sample, id));
        return rollout;
      });
    });
  }

  private respond(at: Conditionals, room: number, next: (p: Float64Array) => number): Rollout {
    const choices: Choice[] = [];
    for (let place = 0; place >= 0 && choices.length < room;) {
      const id = next(this.row(at.probabilities, place));
      choices.push({ place, id });
      place = this.toy.prefixes[place].next[id];
    }
    const ids = choices.map(({ id }) => id);
    return { ids, ...this.scoresOf(at, choices), finish: ids.at(-1) === endId ? "stop" : "length" };
  }

  async score(trees: readonly Tree[], options: ScoreOptions = {}): Promise<BranchScores[][]> {
    const { signal, temperature = 1, weights } = options;
    signal?.throwIfAborted();
    return trees.map(({ prompt, branches }) => {
      const at =
        weights === "reference"
          ? conditionals(this.toy, this.reference, { named: this.namedIn(prompt), temperature })
          : this.conditionalsAfter(prompt, temperature);
      return branches.map((ids) => this.scoresOf(at, this.choicesOf(prompt, ids)));
    });
  }

  async nextToken(prefix: readonly number[], { temperature = 1 }: ScoreOptions = {}): Promise<Float32Array> {
    const prompt = prefix.slice(0, prefix.lastIndexOf(answerId(this.toy)) + 1);
    const place = this.placeAfter(prefix.slice(prompt.length));
    return Float32Array.from(this.row(this.conditionalsAfter(prompt, temperature).logprobs, place));
  }

  async backward(
    trees: readonly Tree[],
    coefficientsOf: CoefficientsOf,
    { temperature = 1, signal }: Temperature = {},
  ): Promise<BranchGradients[][]> {
    return trees.map(({ prompt, branches }, tree) => {
      signal?.throwIfAborted();
      const at = this.conditionalsAfter(prompt, temperature);
      return branches.map((ids, branch) => {
        const choices = this.choicesOf(prompt, ids);
        const scores = this.scoresOf(at, choices);
        const coefficients = Float32Array.from(coefficientsOf(tree, branch, scores));
        choices.forEach(({ place, id }, t) => at.addGradient(this.gradients, place, id, -coefficients[t]));
        const unsampled = (of: (p: number) => number) =>
          this.overChoices(at, choices, (p, id) =>
            p.reduce((sum, value, v) => (v === id ? sum : sum + of(value)), 0),
          );
        return {
          ...{ ...scores, coefficients },
          unsampledMass: unsampled((p) => p),
          unsampledSquares: unsampled((p) => p * p),
          unsampledLogs: unsampled(timesLog),
          sampledProbability: this.overChoices(at, choices, (p, id) => p[id]),
        };
      });
    });
  }

  async step(options: OptimizerOptions): Promise<StepResult> {
    const result = this.optimizer.step(this.gradients, options);
    this.clearGradients();
    this.known.clear();
    return result;
  }

  clearGradients(): void {
    this.gradients.fill(0);
  }

  async readGradients(): Promise<Float32Array> {
    return Float32Array.from(this.gradients);
  }

  async preserve<T>(work: () => Promise<T>): Promise<T> {
    const [before, gradients] = [await this.snapshot(), this.gradients.slice()];
    try {
      return await work();
    } finally {
      this.restore(before);
      this.gradients.set(gradients);
    }
  }

  async snapshot(): Promise<PolicySnapshot> {
    return this.optimizer.snapshot();
  }

  restore(snapshot: PolicySnapshot): void {
    this.optimizer.restore(snapshot);
    this.clearGradients();
    this.known.clear();
  }

  private conditionalsAfter(prompt: readonly number[], temperature: number): Conditionals {
    const named = this.namedIn(prompt);
    const key = `${named} at ${temperature}`;
    let at = this.known.get(key);
    if (!at) this.known.set(key, (at = conditionals(this.toy, this.parameters, { named, temperature })));
    return at;
  }

  /** The items that a prompt names; null when it names none: it then is no hindsight. */
  private namedIn(prompt: readonly number[]): number[] | null {
    const named = this.toy.items.flatMap((_, j) => (prompt.includes(itemId(this.toy, j)) ? [j] : []));
    return named.length === 0 ? null : named;
  }

  /** Where each of a response's tokens was chosen; without a prompt nothing predicts the first one. */
  private choicesOf(prompt: readonly number[], ids: readonly number[]): Choice[] {
    const choices = ids.map((id, t) => ({ place: this.placeAfter(ids.slice(0, t)), id }));
    return prompt.length === 0 ? choices.slice(1) : choices;
  }

  private placeAfter(ids: readonly number[]): number {
    const place = ids.reduce((at, id) => (at < 0 ? -1 : (this.toy.prefixes[at].next[id] ?? -1)), 0);
    if (place < 0) throw tooLong();
    return place;
  }

  private scoresOf(at: Conditionals, choices: readonly Choice[]): BranchScores {
    return {
      logprobs: Float32Array.from(choices, ({ place, id }) => this.row(at.logprobs, place)[id]),
      entropies: this.overChoices(at, choices, (p) => -p.reduce((sum, x) => sum + timesLog(x), 0)),
    };
  }

  private overChoices(
    at: Conditionals,
    choices: readonly Choice[],
    of: (p: Float64Array, id: number) => number,
  ): Float32Array {
    return Float32Array.from(choices, ({ place, id }) => of(this.row(at.probabilities, place), id));
  }

  private row(table: Float64Array, place: number): Float64Array {
    return table.subarray(place * this.toy.vocab, (place + 1) * this.toy.vocab);
  }
}

/** p ln p, 0 at 0. */
const timesLog = (p: number): number => (p === 0 ? 0 : p * log(p));

const largest = (p: Float64Array): number => p.indexOf(p.reduce((a, b) => Math.max(a, b)));

function draw(p: Float64Array, unit: number): number {
  let below = 0;
  for (let v = 0; v < p.length - 1; v++) if (unit < (below += p[v])) return v;
  return p.length - 1;
}

const tooLong = () =>
  new HerlError("CONTEXT_TOO_LONG", "The toy has no such sequence", "Keep responses within its longest one");
