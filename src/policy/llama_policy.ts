import { HerlError } from "../errors";
import type { Backend } from "../compute/backend";
import { batchShapes, type BatchShape } from "../compute/batch_shape";
import { breathe } from "../compute/breathe";
import { ropeTable } from "../kernels/rope/rope";
import type { Tensor } from "../kernels/tensor";
import { Adamw } from "./adamw";
import type { LlamaConfig } from "./gguf/llama_config";
import { microBatches, type PackedBatch } from "./group_tree";
import { buildDecoder, type BuiltModel, type Training } from "./llama/build";
import { decoderBackward, decoderForward } from "./llama/decoder";
import { headBackward, headForward, headLogits, type HeadPass } from "./llama/head";
import { deviceRows, type ModelContext, type Pass } from "./llama/pass";
import type { HostWeights } from "./llama/weights";
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
} from "./policy";
import { sampleRequests } from "./sampler/sampler";
import { Workspace } from "./workspace";

export interface LlamaPolicyOptions {
  readonly training: Training;
  /** Tokens that end a response. */
  readonly endIds: ReadonlySet<number>;
  /** Shorten the model's own context; default `longestContext` at most. */
  readonly contextLength?: number;
  readonly batchShape?: BatchShape;
  /** Compute activations again in the backward pass instead of keeping them. Default false. */
  readonly recompute?: boolean;
  /** Keep frozen weights as floats on the device. Default: small models where that is faster. */
  readonly floatWeights?: boolean;
}

/** The longest context unless an option says otherwise: memory for training grows with it. */
export const longestContext = 2048;

/** A Llama-family model that samples, scores and learns on one backend. */
export class LlamaPolicy implements TrainablePolicy {
  readonly contextLength: number;
  readonly model: BuiltModel;
  private readonly context: ModelContext;
  private readonly options: LlamaPolicyOptions;
  private readonly shape: BatchShape;
  private readonly optimizer: Adamw;
  /** Copy of the parameters that a run started from; see `markReference`. */
  private reference: Tensor | null = null;

  constructor(backend: Backend, config: LlamaConfig, weights: HostWeights, options: LlamaPolicyOptions) {
    this.options = options;
    this.shape = options.batchShape ?? batchShapes[backend.name];
    this.contextLength = Math.min(config.contextLength, options.contextLength ?? longestContext);
    this.model = buildDecoder(backend, config, weights, options.training, options);
    const workspace = new Workspace(backend);
    const angles = ropeTable(this.contextLength, config);
    this.context = { backend, workspace, config, rope: workspace.filled("rope", angles, config.headDim) };
    this.optimizer = new Adamw(this.model.parameters);
  }

  /** Makes the present parameters the reference that `score` can be asked for. */
  markReference(): void {
    const { values } = this.model.parameters;
    this.reference ??= this.context.backend.tensor(values.rows, values.cols);
    this.context.backend.copy(values, this.reference);
  }

  /** With `weights` `reference`, of the policy that the run started from. */
  async sample(
    requests: readonly SampleRequest[],
    options: SampleOptions & Pick<ScoreOptions, "weights">,
  ): Promise<Rollout[][]> {
    const { merged } = this.model;
    const { decoder } = merged ?? this.model;
    const { context, contextLength } = this;
    const { endIds } = this.options;
    return this.withWeights(options.weights, () => {
      merged?.refresh();
      return sampleRequests({ ...this.shape, context, contextLength, decoder, endIds }, requests, options);
    });
  }

  async score(trees: readonly Tree[], options: ScoreOptions = {}): Promise<BranchScores[][]> {
    return this.withWeights(options.weights, async () => {
      const scores: BranchScores[][] = trees.map(() => []);
      for (const batch of this.batches(trees)) {
        await breathe(options.signal);
        const { head } = this.forward(batch, options.temperature);
        this.collect(batch, await this.readScores(head), (tree, branch) => scores[tree].push(branch));
      }
      return scores;
    });
  }

  async nextToken(prefix: readonly number[], options: ScoreOptions = {}): Promise<Float32Array> {
    return this.withWeights(options.weights, async () => {
      const [batch] = this.batches([{ prompt: prefix, branches: [[0]] }]);
      const { head, pass } = this.forward(batch, options.temperature);
      const logits = headLogits(pass, this.model.decoder, head.hidden, head.temperature);
      const [values, [logSumExp]] = [
        await this.context.backend.read(logits),
        await this.context.backend.read(head.logSumExp),
      ];
      return values.map((z) => z - logSumExp);
    });
  }

  async backward(
    trees: readonly Tree[],
    coefficientsOf: CoefficientsOf,
    options: Pick<ScoreOptions, "temperature" | "signal"> = {},
  ): Promise<BranchGradients[][]> {
    const gradients: BranchGradients[][] = trees.map(() => []);
    for (const batch of this.batches(trees)) {
      await breathe(options.signal);
      const { head, pass } = this.forward(batch, options.temperature);
      const coefficients = new Float32Array(batch.targets.length);
      const scores: BranchScores[] = [];
      let next = 0;
      this.collect(batch, await this.readScores(head), (tree, branch) => {
        const { start, branch: index } = batch.spans[next++];
        coefficients.set(coefficientsOf(tree, index, branch), start);
        scores.push(branch);
      });
      const statistics = await this.backwardBatch(pass, head, batch, coefficients);
      batch.spans.forEach(({ tree, start, end }, i) => {
        const column = (c: number) =>
          Float32Array.from({ length: end - start }, (_, t) => statistics[4 * (start + t) + c]);
        gradients[tree].push({
          ...scores[i],
          coefficients: coefficients.slice(start, end),
          unsampledMass: column(0),
          unsampledSquares: column(1),
          unsampledLogs: column(2),
          sampledProbability: column(3),
        });
      });
    }
    return gradients;
  }

  step(options: OptimizerOptions): Promise<StepResult> {
    return this.optimizer.step(options);
  }

  clearGradients(): void {
    this.context.backend.clear(this.model.parameters.gradients);
  }

  readGradients(): Promise<Float32Array> {
    return this.context.backend.read(this.model.parameters.gradients);
  }

  preserve<T>(work: () => Promise<T>): Promise<T> {
    return this.optimizer.preserve(work);
  }

  snapshot(): Promise<PolicySnapshot> {
    return this.optimizer.snapshot();
  }

  restore(snapshot: PolicySnapshot): void {
    this.optimizer.restore(snapshot);
  }

  /** Packs the trees into batches of the backend's shape, after checking that each branch fits the context. */
  private batches(trees: readonly Tree[]): Iterable<PackedBatch> {
    for (const { prompt, branches } of trees) {
      const longest = branches.reduce((most, ids) => Math.max(most, ids.length), 0);
      if (prompt.length + longest > this.contextLength) {
        throw new HerlError(
          "CONTEXT_TOO_LONG",
          `A sequence of ${prompt.length + longest} tokens does not fit the context of ${this.contextLength}`,
          "Shorten the instruction or the response, or raise the context length",
        );
      }
    }
    return microBatches(trees, this.shape.maxRows);
  }

  private forward(batch: PackedBatch, temperature = 1): { pass: Pass; head: HeadPass } {
    const { workspace } = this.context;
    const queryEnds = workspace.filled("queryEnds", batch.queryEnds);
    const pass = { ...this.context, rows: deviceRows(workspace, batch), queryEnds };
    const stream = decoderForward(pass, this.model.decoder);
    return { pass, head: headForward(pass, this.model.decoder, stream, batch, temperature) };
  }

  private async backwardBatch(
    pass: Pass,
    head: HeadPass,
    batch: PackedBatch,
    coefficients: Float32Array<ArrayBuffer>,
  ): Promise<Float32Array> {
    const { decoder } = this.model;
    const { gradient, statistics } = headBackward(pass, decoder, head, batch, coefficients);
    decoderBackward(pass, decoder, gradient);
    if (decoder.gradEmbedding) {
      const { targets, starts, order } = batch.tokenGroups;
      this.context.backend.kernels.scatterAdd({
        ...{ x: gradient, out: decoder.gradEmbedding },
        targets: this.context.workspace.filled("token groups targets", targets),
        starts: this.context.workspace.filled("token groups starts", starts),
        order: this.context.workspace.filled("token groups order", order),
      });
    }
    return this.context.backend.read(statistics);
  }

  private async readScores(head: HeadPass): Promise<BranchScores> {
    const { backend } = this.context;
    const [logprobs, entropies] = await Promise.all([
      backend.read(head.logprobs),
      backend.read(head.entropies),
    ]);
    return { logprobs, entropies };
  }

  private collect(
    batch: PackedBatch,
    { logprobs, entropies }: BranchScores,
    take: (tree: number, scores: BranchScores) => void,
  ): void {
    for (const { tree, start, end } of batch.spans)
      take(tree, { logprobs: logprobs.slice(start, end), entropies: entropies.slice(start, end) });
  }

  /** Runs `work` with the reference's parameters in place of the current ones, and puts those back. */
  private async withWeights<T>(weights: ScoreOptions["weights"], work: () => Promise<T>): Promise<T> {
    if (weights !== "reference") return work();
    if (!this.reference) throw new Error("no reference has been marked");
    const { values } = this.model.parameters;
    const current = this.context.workspace.tensor("current parameters", values.rows, values.cols);
    this.context.backend.copy(values, current);
    this.context.backend.copy(this.reference, values);
    try {
      return await work();
    } finally {
      this.context.backend.copy(current, values);
    }
  }
}
