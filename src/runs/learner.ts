import type { Backend } from "../compute/backend";
import type { BatchShape } from "../compute/batch_shape";
import type { SegmentScorer } from "../herl/process";
import type { Learner } from "../herl/learner";
import { deriveKey, seedKey } from "../kernels/random/random";
import { encodeChat } from "../policy/chat";
import { LlamaPolicy } from "../policy/llama_policy";
import type { ModelFile } from "../policy/model_file";
import type { ChatCodec } from "../policy/policy";
import type { Grader } from "../rubric/grader";
import { codeGrader } from "../rubric/code_grader";
import type { RunConfig } from "./config";
import type { World } from "./world";

/** A learner whose policy is the Llama engine: what a session drives. */
export interface OpenLearner extends Learner {
  readonly policy: LlamaPolicy;
}

export interface LearnerOptions {
  readonly batchShape?: BatchShape;
  /** By code alone unless it is given. */
  readonly grader?: Grader;
  /** The world's own unless it is given. */
  readonly scorer?: SegmentScorer;
}

/** Puts a model on a backend, ready for the run that `config` describes. */
export function openLearner(
  backend: Backend,
  model: ModelFile,
  config: Pick<RunConfig, "training" | "seed">,
  world: World,
  { batchShape, grader = codeGrader(world.registry), scorer = world.scorer }: LearnerOptions = {},
): OpenLearner {
  const { mode, rank, alpha, targets, recompute } = config.training;
  const key = deriveKey(seedKey(config.seed), "adapter");
  const policy = new LlamaPolicy(backend, model.config, model.weights, {
    training: mode === "full" ? { mode } : { mode, key, lora: { rank, alpha, targets } },
    endIds: model.tokenizer.endIds,
    ...{ batchShape, recompute },
  });
  policy.markReference();
  return {
    policy,
    codec: chatCodec(model),
    grader,
    revisionMessages: world.revisionMessages,
    references: world.references,
    revisionPairs: world.revisionPairs,
    scorer,
    scaffoldMessages: world.scaffoldMessages,
    withItems: world.withItems,
  };
}

/** A model's chat template and tokenizer as the method uses them. */
export function chatCodec({
  tokenizer,
  chatTemplate,
}: Pick<ModelFile, "tokenizer" | "chatTemplate">): ChatCodec {
  const [endId] = tokenizer.endIds;
  return {
    encode: (messages) => encodeChat(tokenizer, chatTemplate, messages, { addGenerationPrompt: true }).ids,
    encodeResponse: (text) => [...tokenizer.encode(text, { specials: false }), endId],
    decode: (ids) => tokenizer.decode(ids, { skipSpecials: true }),
  };
}
