/**
 * A language model small enough to check by hand, for tests of the method. It implements the interface in full: it
 * samples from what it scores, and its gradients are those of its scores.
 *
 *   z_v = bigram[previous token][v] + mean over the prompt's tokens u of prompted[u][v],   π = softmax(z / temperature)
 *
 * so that a token depends on the one before it and on everything in its prompt: hindsight changes the distribution.
 */
import { HerlError } from "../../errors";
import { exp, log } from "../../kernels/math";
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

/** What a test wants to know of the calls that the method made. */
export type PolicyCall =
  | { readonly kind: "sample"; readonly requests: readonly SampleRequest[]; readonly options: SampleOptions }
  | { readonly kind: "score"; readonly trees: readonly Tree[]; readonly options: ScoreOptions }
  | {
      readonly kind: "backward";
      readonly trees: readonly Tree[];
      /** As they were handed over, by tree, branch and token. */
      readonly coefficients: readonly (readonly number[])[][];
      /** The parameters that it was taken at. */
      readonly parameters: Float32Array;
    }
  | { readonly kind: "step"; readonly options: OptimizerOptions; readonly gradients: Float64Array };

export interface TinyPolicyOptions {
  /** Tokens; the first one ends a response. */
  readonly vocab: number;
  readonly contextLength?: number;
  readonly seed?: number;
  /** Puts words into its mouth: these ids are sampled, with the log-probabilities that they really have. */
  readonly say?: (prompt: readonly number[], sample: number) => readonly number[] | undefined;
}

const endId = 0;

/** Number of parameters: the matrices `bigram` and `prompted`. */
export const parameterCount = (vocab: number): number => 2 * vocab * vocab;

/** The distribution after `previous` in a response to `prompt`. In double precision, for any numbers. */
export function tinyDistribution(
  parameters: ArrayLike<number>,
  vocab: number,
  { prompt, previous }: { prompt: readonly number[]; previous: number },
  temperature = 1,
): Float64Array {
  const prompted = vocab * vocab;
  const logits = Float64Array.from({ length: vocab }, (_, v) => {
    const hint = prompt.reduce((sum, u) => sum + parameters[prompted + u * vocab + v], 0);
    return (parameters[previous * vocab + v] + hint / Math.max(1, prompt.length)) / temperature;
  });
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const weights = logits.map((z) => exp(z - largest));
  const total = weights.reduce((a, b) => a + b);
  return weights.map((w) => w / total);
}

/** The distributions that predict a branch's tokens, each with the token before it. */
function tinyDistributions(
  parameters: ArrayLike<number>,
  vocab: number,
  prompt: readonly number[],
  ids: readonly number[],
  temperature = 1,
): { previous: number; sampled: number; p: Float64Array }[] {
  const before = [prompt.at(-1), ...ids];
  return ids.flatMap((sampled, t) => {
    const previous = before[t];
    if (previous === undefined) return []; // without a prompt nothing predicts the first token
    return [{ previous, sampled, p: tinyDistribution(parameters, vocab, { prompt, previous }, temperature) }];
  });
}

/** ln π of each token of a branch, in double precision, for finite differences. */
export const tinyLogprobs = (
  parameters: ArrayLike<number>,
  vocab: number,
  prompt: readonly number[],
  ids: readonly number[],
  temperature = 1,
): number[] =>
  tinyDistributions(parameters, vocab, prompt, ids, temperature).map(({ p, sampled }) => log(p[sampled]));

export class TinyPolicy implements TrainablePolicy {
  readonly contextLength: number;
  readonly vocab: number;
  readonly calls: PolicyCall[] = [];
  parameters: Float32Array<ArrayBuffer>;
  /** ∂L/∂parameters of L = −Σ c ln π, added up. */
  readonly gradients: Float64Array;
  private readonly reference: Float32Array;
  private readonly say: TinyPolicyOptions["say"];
  private steps = 0;

  constructor({ vocab, contextLength = 64, seed = 1, say }: TinyPolicyOptions) {
    this.vocab = vocab;
    this.contextLength = contextLength;
    this.say = say;
    const stream = RandomStream.of(seed, "tiny policy");
    this.parameters = Float32Array.from({ length: parameterCount(vocab) }, () => stream.normal());
    this.gradients = new Float64Array(this.parameters.length);
    this.reference = this.parameters.slice();
  }

  async sample(requests: readonly SampleRequest[], options: SampleOptions): Promise<Rollout[][]> {
    options.signal?.throwIfAborted();
    this.calls.push({ kind: "sample", requests, options });
    return requests.map(({ prompt, samples, key }, request) => {
      const room = Math.min(options.maxNewTokens, this.contextLength - prompt.length);
      if (room < 1) throw tooLong();
      return Array.from({ length: samples }, (_, sample) => {
        const stream = new RandomStream(deriveKey(key, sample));
        const script = this.say?.(prompt, sample);
        const rollout = this.respond(prompt, room, options.temperature, (p, t) =>
          script ? script[t] : draw(p, stream.unit()),
        );
        rollout.ids.forEach((id) => options.onToken?.(request, sample, id));
        return rollout;
      });
    });
  }

  private respond(
    prompt: readonly number[],
    room: number,
    temperature: number,
    next: (p: Float64Array, t: number) => number | undefined,
  ): Rollout {
    const ids: number[] = [];
    const [logprobs, entropies]: number[][] = [[], []];
    while (ids.length < room && ids.at(-1) !== endId) {
      const previous = ids.at(-1) ?? prompt.at(-1)!;
      const p = tinyDistribution(this.parameters, this.vocab, { prompt, previous }, temperature || 1);
      const id = next(p, ids.length);
      if (id === undefined) break;
      ids.push(id);
      logprobs.push(log(p[id]));
      entropies.push(entropy(p));
    }
    return {
      ids,
      logprobs: Float32Array.from(logprobs),
      entropies: Float32Array.from(entropies),
      finish: ids.at(-1) === endId ? "stop" : "length",
    };
  }

  async score(trees: readonly Tree[], options: ScoreOptions = {}): Promise<BranchScores[][]> {
    options.signal?.throwIfAborted();
    this.calls.push({ kind: "score", trees, options });
    const parameters = options.weights === "reference" ? this.reference : this.parameters;
    return trees.map(({ prompt, branches }) =>
      branches.map((ids) => this.scoresOf(parameters, prompt, ids, options.temperature)),
    );
  }

  private scoresOf(
    parameters: Float32Array,
    prompt: readonly number[],
    ids: readonly number[],
    temperature?: number,
  ): BranchScores {
    if (prompt.length + ids.length > this.contextLength) throw tooLong();
    const tokens = tinyDistributions(parameters, this.vocab, prompt, ids, temperature);
    return {
      logprobs: Float32Array.from(tokens, ({ p, sampled }) => log(p[sampled])),
      entropies: Float32Array.from(tokens, ({ p }) => entropy(p)),
    };
  }

  async nextToken(prefix: readonly number[], { temperature }: ScoreOptions = {}): Promise<Float32Array> {
    const at = { prompt: prefix, previous: prefix.at(-1)! };
    return Float32Array.from(tinyDistribution(this.parameters, this.vocab, at, temperature), (p) => log(p));
  }

  async backward(
    trees: readonly Tree[],
    coefficientsOf: CoefficientsOf,
    { temperature = 1, signal }: Pick<ScoreOptions, "temperature" | "signal"> = {},
  ): Promise<BranchGradients[][]> {
    const coefficients: number[][][] = trees.map(() => []);
    this.calls.push({ kind: "backward", trees, coefficients, parameters: this.parameters.slice() });
    return trees.map(({ prompt, branches }, tree) => {
      signal?.throwIfAborted();
      return branches.map((ids, branch) => {
        const scores = this.scoresOf(this.parameters, prompt, ids, temperature);
        const c = Array.from(coefficientsOf(tree, branch, scores));
        coefficients[tree][branch] = c;
        const tokens = tinyDistributions(this.parameters, this.vocab, prompt, ids, temperature);
        tokens.forEach((token, t) => this.addGradient(prompt, token, c[t] / temperature));
        const unsampled = (of: (p: number) => number) =>
          Float32Array.from(tokens, ({ p, sampled }) =>
            p.reduce((sum, value, v) => (v === sampled ? sum : sum + of(value)), 0),
          );
        return {
          ...scores,
          coefficients: Float32Array.from(c),
          unsampledMass: unsampled((p) => p),
          unsampledSquares: unsampled((p) => p * p),
          unsampledLogs: unsampled((p) => p * log(p)),
          sampledProbability: Float32Array.from(tokens, ({ p, sampled }) => p[sampled]),
        };
      });
    });
  }

  /** ∂(−c ln p_y)/∂z_v = c (p_v − 1[v = y]), and z is a sum of parameters. */
  private addGradient(
    prompt: readonly number[],
    { previous, sampled, p }: { previous: number; sampled: number; p: Float64Array },
    c: number,
  ): void {
    const { vocab, gradients } = this;
    p.forEach((probability, v) => {
      const gradient = c * (probability - (v === sampled ? 1 : 0));
      gradients[previous * vocab + v] += gradient;
      for (const u of prompt) gradients[(vocab + u) * vocab + v] += gradient / prompt.length;
    });
  }

  /** Plain gradient descent with the norm clipped; the moments stay 0 (AdamW has tests of its own). */
  async step(options: OptimizerOptions): Promise<StepResult> {
    this.calls.push({ kind: "step", options, gradients: this.gradients.slice() });
    const gradNorm = Math.sqrt(this.gradients.reduce((sum, g) => sum + g * g, 0));
    const skipped = !Number.isFinite(gradNorm);
    if (!skipped) {
      this.steps++;
      const { learningRate, maxGradNorm } = options;
      const scale = maxGradNorm > 0 ? Math.min(1, maxGradNorm / (gradNorm + 1e-6)) : 1;
      this.parameters = this.parameters.map((theta, i) => theta - learningRate * scale * this.gradients[i]);
    }
    this.clearGradients();
    return { gradNorm, skipped };
  }

  clearGradients(): void {
    this.gradients.fill(0);
  }

  readGradients(): Promise<Float32Array> {
    return Promise.resolve(Float32Array.from(this.gradients));
  }

  async preserve<T>(work: () => Promise<T>): Promise<T> {
    const [parameters, gradients, steps] = [this.parameters.slice(), this.gradients.slice(), this.steps];
    try {
      return await work();
    } finally {
      this.parameters = parameters;
      this.gradients.set(gradients);
      this.steps = steps;
    }
  }

  async snapshot(): Promise<PolicySnapshot> {
    const zeros = () => new Float32Array(this.parameters.length);
    return {
      parameters: this.parameters.slice(),
      firstMoments: zeros(),
      secondMoments: zeros(),
      steps: this.steps,
    };
  }

  restore({ parameters, steps }: PolicySnapshot): void {
    this.parameters = parameters.slice();
    this.steps = steps;
    this.clearGradients();
  }
}

const entropy = (p: Float64Array): number => -p.reduce((sum, value) => sum + value * log(value), 0);

function draw(p: Float64Array, unit: number): number {
  let below = 0;
  for (let v = 0; v < p.length - 1; v++) if (unit < (below += p[v])) return v;
  return p.length - 1;
}

const tooLong = () => new HerlError("CONTEXT_TOO_LONG", "The tiny context is full", "Say less");
