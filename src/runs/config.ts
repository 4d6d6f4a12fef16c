/**
 * The one declaration of a run's configuration: types, ranges, defaults, descriptions. The command line's flags, the
 * page's form, its URL, validation and the table in `docs/configuration.md` all derive from it.
 */
import * as z from "../zod";
import { HerlError } from "../errors";
import { usesWritten, variants, type MethodConfig } from "../herl/config";
import { judgeConfigSchema } from "../rubric/judge/judge_config";
import { allProjections } from "../policy/lora";
import { familyClasses, trainableFamilies } from "../worlds/pocket/families/registry";

const int = (min: number, max: number) => z.int().check(z.minimum(min), z.maximum(max));
const share = () => z.number().check(z.minimum(0), z.maximum(1));
const positive = () => z.number().check(z.positive());

const familyNames = [...trainableFamilies, ...familyClasses.foreign] as const;

export const runConfigSchema = z.strictObject({
  preset: z.field(z.string(), "pocket-rare", "Name of the preset that the other settings start from"),
  variant: z.field(
    z.enum(variants),
    "herl",
    "Method: rlvr (GRPO), naivehe, he, herl (he with the bonus reward), sft, dpo, hir, ruscarl, exprl or warmup (sft on revisions); sets what tells them apart",
  ),
  seed: z.field(int(0, Number.MAX_SAFE_INTEGER), 0, "Seed of everything random in the run"),
  model: z.field(z.string(), "pocket", "Model: an embedded one by its name, or a GGUF file by its own"),

  world: z.prefault(
    z.strictObject({
      source: z.field(
        z.enum(["pocket", "steps", "file"]),
        "pocket",
        "Where tasks come from: the pocket world, problems in several steps, or a task file (`herl train --tasks FILE`)",
      ),
      items: z.field(
        z.enum(["answer", "checkpoints"]),
        "answer",
        "Rubric of problems in several steps: the answer alone, or every checkpoint too",
      ),
      tasks: z.field(
        z.string().check(z.regex(/^([0-9a-f]{64})?$/, "must be a SHA-256 in hexadecimal")),
        "",
        "SHA-256 of a task file's run copy, `tasks.jsonl`; set when the file is read",
      ),
      heldout: z.field(
        share(),
        0.2,
        "Share of a task file that is held out for evaluation, by a hash of each task's key",
      ),
      families: z.field(
        z.array(z.enum(familyNames)).check(z.minLength(1)),
        [...trainableFamilies],
        "Constraint families of the tasks",
      ),
      wording: z.field(
        z.enum(["list", "numbers", "general"]),
        "list",
        "How hindsight asks for a revision: as the pocket model was taught, by the texts of what is missing or by their numbers, or in general words for chat models",
      ),
      judged: z.field(
        int(0, 6),
        0,
        "Items for a judge in each task of the pocket world, beside its constraints",
      ),
      minConstraints: z.field(int(1, 4), 2, "Constraints per instruction, at least"),
      maxConstraints: z.field(int(1, 4), 4, "Constraints per instruction, at most"),
    }),
    {},
  ),

  judge: z.prefault(judgeConfigSchema, {}),

  adaptive: z.prefault(
    z.strictObject({
      reweight: z.field(
        z.number().check(z.minimum(0), z.maximum(0.9)),
        0,
        "Lean training weights towards items that are missed, by this share at most; 0 leaves the rubric alone",
      ),
      decay: z.field(share(), 0.2, "How fast the rates of missed items follow each update"),
      propose: z.field(
        int(0, 10_000),
        0,
        "Every so many updates, propose finer splits of items that stay unmet; they hold once they are accepted; 0 never",
      ),
      proposeAbove: z.field(share(), 0.8, "Rate of misses from which on an item counts as staying unmet"),
    }),
    {},
  ),

  groups: z.field(int(1, 64), 8, "Instructions per update"),
  rollouts: z.field(int(1, 64), 7, "N, responses sampled per instruction (paper: 7, and one revision)"),
  temperature: z.field(
    z.number().check(z.minimum(0.05), z.maximum(5)),
    1,
    "Sampling temperature; training scores under the same one",
  ),
  maxNewTokens: z.field(int(1, 4096), 128, "Longest response, in tokens"),

  sampling: z.prefault(
    z.strictObject({
      dynamicRounds: z.field(
        int(0, 16),
        0,
        "DAPO's dynamic sampling: fresh batches, at most, for groups whose rollouts are all rewarded alike; 0 keeps them",
      ),
      overlongTokens: z.field(
        int(0, 4096),
        0,
        "DAPO's soft overlong penalty: from 0 to 1 over this many tokens before the longest response",
      ),
    }),
    {},
  ),

  scaffold: z.prefault(
    z.strictObject({
      enabled: z.field(z.boolean(), false, "RuscaRL: show part of the rubric while sampling"),
      start: z.field(share(), 0.2, "Share of the training at which the scaffold has faded to half"),
      steepness: z.field(positive().check(z.maximum(1000)), 125, "How sharply it fades"),
      updates: z.field(int(2, 100_000), 40, "Updates that count as the whole training"),
      trained: z.field(
        z.enum(["original", "scaffolded"]),
        "original",
        "Train rollouts after the instruction alone, or after the prompt they were sampled from",
      ),
    }),
    {},
  ),

  hindsight: z.prefault(
    z.strictObject({
      enabled: z.field(z.boolean(), true, "Revise failed responses in hindsight"),
      edit: z.field(
        z.enum(["answer", "instruction"]),
        "answer",
        "What hindsight edits: the answer (HeRL), or the instruction, down to what was satisfied (HiR)",
      ),
      maxRevisions: z.field(int(1, 16), 1, "Drafts revised per group, at most, among the nearest misses"),
      rewriteWhen: z.field(z.enum(["nonePassed", "anyFailed"]), "nonePassed", "Which groups are revised"),
      accept: z.field(
        z.enum(["improveOrEqual", "strict", "always"]),
        "improveOrEqual",
        "When the best revision joins, against its draft's reward (paper: always)",
      ),
      join: z.field(z.enum(["append", "replaceWorst", "replaceRandom"]), "append", "How it joins the group"),
      context: z.field(
        z.enum(["kept", "dropped"]),
        "kept",
        "Train the revision after the hindsight it saw, or as if sampled from the instruction alone (NaiveHE)",
      ),
      weight: z.field(
        z.enum(["shaped", "clipped", "unit"]),
        "shaped",
        "Weight of a revised token: f(ρ), a rollout's clipped ratio, or the plain ratio",
      ),
      gamma: z.field(positive(), 1, "γ of f(x) = x/(x+γ), equation (12)"),
      shapingScale: z.field(z.enum(["none", "unit"]), "none", "unit divides f by f′(1)"),
    }),
    {},
  ),

  bonus: z.prefault(
    z.strictObject({
      alpha: z.field(share(), 0.05, "α of the bonus α(r̃ − r), equation (8)"),
      clipAtZero: z.field(z.boolean(), false, "A worse revision takes nothing away"),
      when: z.field(z.enum(["before", "after"]), "before", "Add the bonus before or after normalisation"),
    }),
    {},
  ),

  advantage: z.prefault(
    z.strictObject({
      std: z.field(
        z.enum(["sample", "population", "none"]),
        "sample",
        "Deviation that advantages are divided by, equation (10); none is Dr.GRPO",
      ),
      stdFloor: z.field(z.number().check(z.minimum(0)), 0, "The deviation is at least this"),
      baseline: z.field(
        z.enum(["group", "rollouts"]),
        "group",
        "Mean and deviation of the whole group, or of its rollouts only",
      ),
    }),
    {},
  ),

  objective: z.prefault(
    z.strictObject({
      loss: z.field(
        z.enum(["policyGradient", "crossEntropy", "preference"]),
        "policyGradient",
        "Policy gradient of (9), likelihood of references (SFT), or preference of pairs (DPO)",
      ),
      references: z.field(
        z.enum(["answers", "revisions"]),
        "answers",
        "SFT on answers to the instruction, or on revisions of written drafts, after what they miss",
      ),
      clipLow: z.field(share(), 0.2, "ε below: ρ is clipped at 1 − ε"),
      clipHigh: z.field(z.number().check(z.minimum(0), z.maximum(10)), 0.2, "ε above: ρ is clipped at 1 + ε"),
      aggregation: z.field(
        z.enum(["seqMeanTokenMean", "tokenMean", "seqMeanTokenSumNorm"]),
        "seqMeanTokenMean",
        "Mean over tokens, then responses (paper); over all tokens (DAPO); token sum over a constant length (Dr.GRPO)",
      ),
      klCoef: z.field(
        z.number().check(z.minimum(0), z.maximum(10)),
        1e-4,
        "Coefficient of the KL to the policy that the run started from (k3); 0 skips the reference",
      ),
    }),
    {},
  ),

  preference: z.prefault(
    z.strictObject({
      beta: z.field(positive().check(z.maximum(10)), 0.1, "β of DPO"),
      pairs: z.field(
        z.enum(["group", "file"]),
        "group",
        "The best and the worst rollout of a group, or the task's own reference and rejected response",
      ),
    }),
    {},
  ),

  process: z.prefault(
    z.strictObject({
      scores: z.field(
        z.enum(["none", "outcome", "segments"]),
        "none",
        "ExpRL: score responses against the hidden reference, as a whole or segment by segment",
      ),
      norm: z.field(
        z.enum(["delta", "end", "group"]),
        "delta",
        "Advantages of segments from their scores: DeltaNorm, EndNorm or GroupNorm",
      ),
      judged: z.field(
        z.enum(["segment", "prefix"]),
        "segment",
        "Score each segment alone, or the response up to its end",
      ),
      single: z.field(
        z.enum(["formula", "score"]),
        "formula",
        "A response of one segment: by the formula, or its own score as the published code has it",
      ),
    }),
    {},
  ),

  updates: z.field(int(1, 16), 1, "Updates per batch; with one, every ratio is 1"),

  optimizer: z.prefault(
    z.strictObject({
      learningRate: z.field(
        positive().check(z.maximum(1)),
        1e-6,
        "AdamW's learning rate, constant (paper: 1e-6 for full fine-tuning)",
      ),
      beta1: z.field(z.number().check(z.minimum(0), z.maximum(0.9999)), 0.9, "Decay of the first moment"),
      beta2: z.field(z.number().check(z.minimum(0), z.maximum(0.9999)), 0.999, "Decay of the second moment"),
      epsilon: z.field(positive(), 1e-8, "Added to the root of the second moment"),
      weightDecay: z.field(share(), 0.01, "Decoupled weight decay"),
      maxGradNorm: z.field(
        z.number().check(z.minimum(0)),
        1,
        "The gradient is scaled down to this norm; 0 leaves it",
      ),
    }),
    {},
  ),

  training: z.prefault(
    z.strictObject({
      mode: z.field(z.enum(["lora", "full"]), "lora", "Train low-rank adapters, or every weight"),
      rank: z.field(int(1, 256), 8, "LoRA rank, a multiple of 4"),
      alpha: z.field(positive(), 16, "LoRA alpha: the adapter is scaled by alpha / rank"),
      targets: z.field(
        z.array(z.enum(allProjections)).check(z.minLength(1)),
        allProjections,
        "Projections that get an adapter",
      ),
      recompute: z.field(
        z.boolean(),
        false,
        "Compute activations again on the way back instead of keeping them: the same numbers, less memory, a quarter more time",
      ),
    }),
    {},
  ),

  evaluation: z.prefault(
    z.strictObject({
      every: z.field(int(0, 10_000), 10, "Evaluate every so many updates, and before the first; 0 never"),
      heldout: z.field(int(0, 4096), 128, "Unseen instructions of the trained families"),
      close: z.field(int(0, 4096), 64, "Instructions with new words and combinations"),
      ood: z.field(int(0, 4096), 64, "Instructions of families that are never trained"),
      samples: z.field(int(1, 64), 1, "Responses per instruction"),
      plain: z.field(
        int(0, 4096),
        0,
        "Plain texts of the world's own language whose perplexity shows what is forgotten",
      ),
    }),
    {},
  ),

  collapse: z.prefault(
    z.strictObject({
      action: z.field(
        z.enum(["mark", "rollback"]),
        "mark",
        "What a collapse does: it is marked, or the run goes back to its best snapshot as well",
      ),
      window: z.field(int(2, 1000), 5, "Updates over which entropy, length and reward are averaged"),
      entropy: z.field(share(), 0.2, "Collapse: entropy below this share of where it began"),
      length: z.field(share(), 0.5, "Collapse: length below this share of where it began, or all cut off"),
      reward: z.field(share(), 0.5, "Collapse: reward below this share of the best so far"),
    }),
    {},
  ),

  measureTransfer: z.field(z.boolean(), true, "Measure the hindsight gap and the transfer of every update"),
  analyzeEvery: z.field(
    int(0, 10_000),
    10,
    "Take per-sample gradients every so many updates, for the bound (13) and for transfer to first order; 0 never",
  ),
  checkpointEvery: z.field(int(1, 1000), 1, "Save what resuming needs every so many updates"),
  snapshotEvery: z.field(int(0, 10_000), 10, "Keep the adapter every so many updates, for analysis; 0 never"),
});

/** A complete configuration: with the seed it determines a run on a given backend. */
export type RunConfig = z.infer<typeof runConfigSchema>;

/** A configuration in which anything may be left out. */
export type RunConfigInput = z.input<typeof runConfigSchema>;

// A configuration is also the method's: this fails to compile when the two drift apart.
export const methodOf = (config: RunConfig): MethodConfig => config;

/** Completes and checks a configuration. Throws CONFIG_INVALID naming every field that is wrong. */
export function parseConfig(input: unknown): RunConfig {
  const result = runConfigSchema.safeParse(input);
  if (!result.success) {
    const problems = result.error.issues.map(
      ({ path, message }) => `${path.join(".") || "the configuration"}: ${message}`,
    );
    throw new HerlError(
      "CONFIG_INVALID",
      `The configuration is not valid: ${problems.join("; ")}`,
      "See `herl train --help` for the settings and their ranges",
    );
  }
  const config = result.data;
  const { world, training, evaluation, collapse } = config;
  if (world.minConstraints > world.maxConstraints)
    throw invalid("world.minConstraints", "is above world.maxConstraints");
  if (collapse.action === "rollback" && (evaluation.every === 0 || evaluation.heldout === 0))
    throw invalid(
      "collapse.action",
      "rollback goes back to the best held-out evaluation, but evaluation.every or evaluation.heldout is 0",
    );
  if (training.rank % 4 !== 0) throw invalid("training.rank", "must be a multiple of 4");
  checkLoss(config);
  if (config.process.scores !== "none" && config.hindsight.enabled)
    throw invalid("process.scores", "scores rollouts, and hindsight.enabled adds revisions without scores");
  return config;
}

/** SFT and DPO go without much that the policy gradient has: what would be ignored is refused. */
function checkLoss(config: RunConfig): void {
  const { objective, hindsight, process, scaffold, sampling } = config;
  const { loss, references } = objective;
  if (references === "revisions" && loss !== "crossEntropy")
    throw invalid("objective.references", `asks for written revisions, and ${loss} has none`);
  if (loss === "policyGradient") return;
  if (hindsight.enabled)
    throw invalid("objective.loss", `${loss} has no revisions: hindsight.enabled is true`);
  if (process.scores !== "none")
    throw invalid("objective.loss", `${loss} has no scores: process.scores is ${process.scores}`);
  if (usesWritten(config) && (scaffold.enabled || sampling.dynamicRounds > 0))
    throw invalid(
      "objective.loss",
      `${loss} samples nothing here: scaffold.enabled is true, or sampling.dynamicRounds is above 0`,
    );
}

const invalid = (field: string, problem: string) =>
  new HerlError("CONFIG_INVALID", `The setting ${field} ${problem}`, "Change one of them");
