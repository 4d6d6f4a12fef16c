import type { RunConfig } from "../config";

export type Overrides = Readonly<Record<string, string | number | boolean>>;

const aggregations = {
  seqMeanTokenMean: "seq-mean-token-mean",
  tokenMean: "token-mean",
  seqMeanTokenSumNorm: "seq-mean-token-sum-norm",
} as const;

const estimators = { delta: "delta_process", end: "group_process_end", group: "group_process" } as const;

/** The run's hyper-parameters as overrides of verl's `main_ppo`. `steps`: updates of the run. */
export function verlOverrides(config: RunConfig, steps: number): Overrides {
  const { groups, temperature, maxNewTokens, updates, objective, optimizer, advantage, training } = config;
  const actor = "actor_rollout_ref.actor";
  return {
    "data.train_files": "train.json",
    "data.val_files": "heldout.json",
    "data.train_batch_size": groups,
    "data.max_response_length": maxNewTokens,
    "data.seed": config.seed,
    "algorithm.adv_estimator": "grpo",
    "algorithm.norm_adv_by_std_in_grpo": advantage.std !== "none",
    "algorithm.use_kl_in_reward": false,
    "actor_rollout_ref.rollout.n": responsesOf(config),
    "actor_rollout_ref.rollout.temperature": temperature,
    "actor_rollout_ref.rollout.top_p": 1,
    "actor_rollout_ref.rollout.top_k": -1,
    [`${actor}.ppo_mini_batch_size`]: groups,
    [`${actor}.ppo_epochs`]: updates,
    [`${actor}.clip_ratio_low`]: objective.clipLow,
    [`${actor}.clip_ratio_high`]: objective.clipHigh,
    [`${actor}.loss_agg_mode`]: aggregations[objective.aggregation],
    [`${actor}.entropy_coeff`]: 0,
    [`${actor}.use_kl_loss`]: objective.klCoef > 0,
    ...(objective.klCoef > 0 && {
      [`${actor}.kl_loss_coef`]: objective.klCoef,
      [`${actor}.kl_loss_type`]: "low_var_kl",
    }),
    [`${actor}.optim.lr`]: optimizer.learningRate,
    [`${actor}.optim.weight_decay`]: optimizer.weightDecay,
    [`${actor}.optim.betas`]: `[${optimizer.beta1},${optimizer.beta2}]`,
    [`${actor}.grad_clip`]: optimizer.maxGradNorm,
    ...(training.mode === "lora" && {
      "actor_rollout_ref.model.lora_rank": training.rank,
      "actor_rollout_ref.model.lora_alpha": training.alpha,
      "actor_rollout_ref.model.target_modules": `[${training.targets.map((t) => t.split(".")[1]).join(",")}]`,
    }),
    "custom_reward_function.path": "reward.py",
    "custom_reward_function.name": "compute_score",
    "trainer.total_training_steps": steps,
  };
}

/** Responses of a group, a revision included: the published code replaces one of them by it. */
const responsesOf = ({ rollouts, hindsight }: RunConfig): number =>
  rollouts + (hindsight.enabled && hindsight.edit === "answer" ? hindsight.maxRevisions : 0);

/** What the published HeRL code, a fork of verl, takes beyond verl; null for methods that it does not have. */
export function herlOverrides(config: RunConfig): Overrides | null {
  const { hindsight, bonus, temperature, maxNewTokens, world } = config;
  if (!hindsight.enabled || hindsight.edit !== "answer") return null;
  const he = "+trainer.rewrite_he";
  return {
    [`${he}.enable`]: true,
    [`${he}.generator`]: "rollout",
    [`${he}.prompt_mode`]: world.judged > 0 || world.source !== "pocket" ? "rubric" : "constraint",
    [`${he}.threshold`]: 1,
    [`${he}.candidate_limit`]: hindsight.maxRevisions,
    [`${he}.replace_top_n`]: 1,
    [`${he}.reward_shaping_enable`]: bonus.alpha > 0,
    [`${he}.reward_shaping_alpha`]: bonus.alpha,
    [`${he}.train_use_rewrite_prompt`]: hindsight.context === "kept",
    [`${he}.response_mask_mode`]: "eos",
    [`${he}.append_eos`]: true,
    [`${he}.temperature`]: temperature,
    [`${he}.response_length`]: maxNewTokens,
    "actor_rollout_ref.actor.policy_loss.loss_mode": "mixpolicy_vanilla",
    "actor_rollout_ref.actor.policy_loss.he_shaping_gamma": hindsight.gamma,
  };
}

/** What the published ExpRL code, another fork, takes beyond verl; null for methods without scores of its kind. */
export function exprlOverrides({ process, maxNewTokens }: RunConfig): Overrides | null {
  if (process.scores === "none") return null;
  const isProcess = process.scores === "segments";
  const reward = "+custom_reward_function";
  return {
    "algorithm.adv_estimator": isProcess ? estimators[process.norm] : "grpo",
    [`${reward}.is_process`]: isProcess,
    [`${reward}.clip_length`]: maxNewTokens,
    [`${reward}.clip_by`]: "full_sequence",
    [`${reward}.norm_strategy`]: "smooth",
  };
}

/** A shell script that starts a trainer with these settings and whatever is added on its command line. */
export const startScript = (overrides: Overrides): string =>
  [
    "#!/bin/sh",
    "# Add at least actor_rollout_ref.model.path=MODEL and data.max_prompt_length=N.",
    'cd "$(dirname "$0")" || exit 1',
    "exec python3 -m verl.trainer.main_ppo \\",
    ...Object.entries(overrides).map(([key, value]) => `  '${key}=${tellValue(value)}' \\`),
    '  "$@"',
    "",
  ].join("\n");

const tellValue = (value: string | number | boolean): string =>
  typeof value === "boolean" ? (value ? "True" : "False") : String(value);
