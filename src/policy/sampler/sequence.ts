import type { BatchShape } from "../../compute/batch_shape";
import type { Key } from "../../kernels/random/random";
import type { Decoder } from "../llama/decoder";
import type { ModelContext } from "../llama/pass";
import type { Rollout } from "../policy";

/** The model as the sampler sees it. */
export interface SamplerModel extends BatchShape {
  readonly decoder: Decoder;
  readonly endIds: ReadonlySet<number>;
  readonly context: ModelContext;
  readonly contextLength: number;
}

/** One response in the making, and its rows of the key-value cache. */
export interface Sequence {
  readonly request: number;
  readonly sample: number;
  readonly key: Key;
  readonly promptStart: number;
  readonly promptEnd: number;
  readonly branchStart: number;
  readonly maxTokens: number;
  readonly ids: number[];
  readonly logprobs: number[];
  readonly entropies: number[];
  finish: Rollout["finish"] | null;
}
