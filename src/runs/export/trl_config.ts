import type { Manifest } from "../manifest";

/** `config.json` of a TRL export: the trainer, its configuration class and arguments, and the adapter. */
export interface TrlConfig {
  readonly trainer: "GRPOTrainer" | "SFTTrainer" | "DPOTrainer";
  readonly config_class: "GRPOConfig" | "SFTConfig" | "DPOConfig";
  readonly args: Readonly<Record<string, unknown>>;
  /** The file that it trains on. */
  readonly dataset: string;
  /** Arguments of PEFT's `LoraConfig`; null where every weight was trained. */
  readonly lora: Readonly<Record<string, unknown>> | null;
}

const optimizerKeys = [
  "learning_rate",
  "adam_beta1",
  "adam_beta2",
  "adam_epsilon",
  "weight_decay",
  "max_grad_norm",
] as const;

/** The run's hyper-parameters as TRL's arguments. `steps`: updates of the run. */
export function trlConfig(
  { config, trl: knobs }: Pick<Manifest, "config" | "trl">,
  steps: number,
): TrlConfig {
  const { seed, groups, objective, preference, training } = config;
  const common = {
    ...Object.fromEntries(optimizerKeys.map((key) => [key, knobs[key]])),
    ...{ max_steps: steps, seed, lr_scheduler_type: "constant", warmup_steps: 0, logging_steps: 1 },
    report_to: "none",
  };
  const { rank, alpha, targets, mode } = training;
  const lora =
    mode === "full"
      ? null
      : {
          ...{ r: rank, lora_alpha: alpha, lora_dropout: 0, bias: "none", task_type: "CAUSAL_LM" },
          target_modules: targets.map((target) => target.split(".")[1]),
        };
  switch (objective.loss) {
    case "crossEntropy":
      return {
        ...{ trainer: "SFTTrainer", config_class: "SFTConfig", dataset: "references.jsonl", lora },
        args: {
          ...common,
          per_device_train_batch_size: groups * config.rollouts,
          completion_only_loss: true,
        },
      };
    case "preference":
      return {
        ...{ trainer: "DPOTrainer", config_class: "DPOConfig", dataset: "pairs.jsonl", lora },
        args: {
          ...common,
          ...{ per_device_train_batch_size: groups, beta: preference.beta, loss_type: "sigmoid" },
        },
      };
    case "policyGradient":
      return {
        ...{ trainer: "GRPOTrainer", config_class: "GRPOConfig", dataset: "train.jsonl", lora },
        // One batch of responses an update: every group of an update at once.
        args: {
          ...{ ...common, ...knobs, top_p: 1, top_k: 0, mask_truncated_completions: false },
          ...{ per_device_train_batch_size: groups * config.rollouts, gradient_accumulation_steps: 1 },
          importance_sampling_level: "token",
        },
      };
  }
}
