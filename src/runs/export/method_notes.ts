import type { RunConfig } from "../config";

interface Feature {
  readonly isOn: (config: RunConfig) => boolean;
  readonly name: string;
  readonly trl: string;
  readonly verl: string;
}

/** Parts of a method beyond GRPO, SFT and DPO, and what becomes of them elsewhere. */
const features: readonly Feature[] = [
  {
    isOn: ({ hindsight: { enabled, edit, context } }) => enabled && edit === "answer" && context === "kept",
    name: "Revisions trained after the hindsight that they saw (HE, HeRL)",
    trl: "needs a trainer of its own: GRPOTrainer scores a whole group after one prompt, and a revision stands after another",
    verl: "in the published HeRL code (run_herl.sh); not in verl itself",
  },
  {
    isOn: ({ hindsight: { enabled, edit, context } }) =>
      enabled && edit === "answer" && context === "dropped",
    name: "Revisions trained as if they had been sampled (NaiveHE)",
    trl: "a rollout function that samples a revision and puts it into its group; this export has none",
    verl: "in the published HeRL code, with train_use_rewrite_prompt off (run_herl.sh); not in verl itself",
  },
  {
    isOn: ({ hindsight, bonus }) => hindsight.enabled && hindsight.edit === "answer" && bonus.alpha > 0,
    name: "The bonus for drafts that a revision improves (HeRL)",
    trl: "needs a trainer of its own",
    verl: "in the published HeRL code: reward_shaping_alpha",
  },
  {
    isOn: ({ hindsight }) => hindsight.enabled && hindsight.accept !== "always",
    name: "A revision joins only if it is good enough (hindsight.accept)",
    trl: "needs a trainer of its own",
    verl: "not there: the published HeRL code lets every revision join",
  },
  {
    isOn: ({ hindsight }) => hindsight.enabled && hindsight.edit === "instruction",
    name: "Instructions edited down to what was satisfied (HiR)",
    trl: "needs a trainer of its own",
    verl: "needs a trainer of its own",
  },
  {
    isOn: ({ scaffold }) => scaffold.enabled,
    name: "Part of the rubric in the prompt (RuscaRL)",
    trl: "needs a trainer of its own: prompts of a group differ",
    verl: "needs a trainer of its own: prompts of a group differ",
  },
  {
    isOn: ({ process }) => process.scores !== "none",
    name: "Scores against a hidden reference (ExpRL)",
    trl: "needs a trainer of its own: advantages differ within a response",
    verl: "in the published ExpRL code (run_exprl.sh), with a judge of its own in the place of our scores; not in verl itself",
  },
  {
    isOn: ({ sampling }) => sampling.dynamicRounds > 0,
    name: "Dynamic sampling (DAPO)",
    trl: "not there",
    verl: "in its DAPO recipe, algorithm.filter_groups; not in main_ppo",
  },
  {
    isOn: ({ sampling }) => sampling.overlongTokens > 0,
    name: "The soft overlong penalty (DAPO)",
    trl: "add trl.rewards.get_soft_overlong_punishment to reward_funcs",
    verl: "its DAPO reward manager, reward_model.overlong_buffer",
  },
  {
    isOn: ({ adaptive }) => adaptive.reweight > 0,
    name: "Weights that lean towards what is missed (adaptive.reweight)",
    trl: "not there: the rubrics of this export are as they were written",
    verl: "not there: the rubrics of this export are as they were written",
  },
  {
    isOn: ({ advantage }) => advantage.stdFloor > 0 || advantage.baseline === "rollouts",
    name: "A floor under the deviation, or a baseline of rollouts alone",
    trl: "not there",
    verl: "not there",
  },
  {
    isOn: ({ objective }) => objective.loss !== "policyGradient",
    name: "A loss without a policy gradient (SFT, DPO)",
    trl: "SFTTrainer or DPOTrainer, on what the run recorded",
    verl: "not in main_ppo; run_verl.sh trains the same tasks with GRPO",
  },
];

/** A table of what of the run's method goes where, in Markdown; a sentence where it is plain GRPO. */
export function methodNotes(config: RunConfig, library: "trl" | "verl"): string {
  const used = features.filter(({ isOn }) => isOn(config));
  if (used.length === 0) return "The method is plain GRPO: everything of it is there.";
  return [
    "| part of the method | there |",
    "|---|---|",
    ...used.map((feature) => `| ${feature.name} | ${feature[library]} |`),
  ].join("\n");
}
