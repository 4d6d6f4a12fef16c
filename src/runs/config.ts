/**
 * The one declaration of a run's configuration: types, ranges, defaults, descriptions. The command line's flags, the
 * page's form, its URL, validation and the table in `docs/configuration.md` all derive from it.
 */
import { z } from "zod";
import { HerlError } from "../errors";
import { variants, type MethodConfig } from "../herl/config";
import { judgeConfigSchema } from "../rubric/judge/judge_config";
import { allProjections } from "../policy/lora";
import { familyClasses, trainableFamilies } from "../worlds/pocket/families/registry";

const int = (min: number, max: number) => z.int().min(min).max(max);
const share = () => z.number().min(0).max(1);
const positive = () => z.number().positive();

const familyNames = [...trainableFamilies, ...familyClasses.foreign] as const;

export const runConfigSchema = z.strictObject({
  preset: z.string().default("pocket-rare").describe("Name of the preset that the other settings start from"),
  variant: z
    .enum(variants)
    .default("herl")
    .describe(
      "Method: rlvr (GRPO), naivehe, he, herl (he with the bonus reward), sft, dpo, hir, ruscarl or exprl; sets what tells them apart",
    ),
  seed: int(0, Number.MAX_SAFE_INTEGER).default(0).describe("Seed of everything random in the run"),
  model: z.string().default("pocket").describe("Model: `pocket`, the embedded one"),

  world: z
    .strictObject({
      source: z
        .enum(["pocket", "steps", "file"])
        .default("pocket")
        .describe(
          "Where tasks come from: the pocket world, problems in several steps, or a task file (`herl train --tasks FILE`)",
        ),
      items: z
        .enum(["answer", "checkpoints"])
        .default("answer")
        .describe("Rubric of problems in several steps: the answer alone, or every checkpoint too"),
      tasks: z
        .string()
        .regex(/^([0-9a-f]{64})?$/, "must be a SHA-256 in hexadecimal")
        .default("")
        .describe("SHA-256 of a task file's run copy, `tasks.jsonl`; set when the file is read"),
      heldout: share()
        .default(0.2)
        .describe("Share of a task file that is held out for evaluation, by a hash of each task's key"),
      families: z
        .array(z.enum(familyNames))
        .min(1)
        .default([...trainableFamilies])
        .describe("Constraint families of the tasks"),
      wording: z
        .enum(["list", "numbers", "general"])
        .default("list")
        .describe(
          "How hindsight asks for a revision: as the pocket model was taught, by the texts of what is missing or by their numbers, or in general words for chat models",
        ),
      judged: int(0, 6)
        .default(0)
        .describe("Items for a judge in each task of the pocket world, beside its constraints"),
      minConstraints: int(1, 4).default(2).describe("Constraints per instruction, at least"),
      maxConstraints: int(1, 4).default(4).describe("Constraints per instruction, at most"),
    })
    .prefault({}),

  judge: judgeConfigSchema.prefault({}),

  adaptive: z
    .strictObject({
      reweight: z
        .number()
        .min(0)
        .max(0.9)
        .default(0)
        .describe(
          "Lean training weights towards items that are missed, by this share at most; 0 leaves the rubric alone",
        ),
      decay: share().default(0.2).describe("How fast the rates of missed items follow each update"),
      propose: int(0, 10_000)
        .default(0)
        .describe(
          "Every so many updates, propose finer splits of items that stay unmet; they hold once they are accepted; 0 never",
        ),
      proposeAbove: share()
        .default(0.8)
        .describe("Rate of misses from which on an item counts as staying unmet"),
    })
    .prefault({}),

  groups: int(1, 64).default(8).describe("Instructions per update"),
  rollouts: int(1, 64)
    .default(7)
    .describe("N, responses sampled per instruction (paper: 7, and one revision)"),
  temperature: z
    .number()
    .min(0.05)
    .max(5)
    .default(1)
    .describe("Sampling temperature; training scores under the same one"),
  maxNewTokens: int(1, 4096).default(128).describe("Longest response, in tokens"),

  sampling: z
    .strictObject({
      dynamicRounds: int(0, 16)
        .default(0)
        .describe(
          "DAPO's dynamic sampling: fresh batches, at most, for groups whose rollouts are all rewarded alike; 0 keeps them",
        ),
      overlongTokens: int(0, 4096)
        .default(0)
        .describe(
          "DAPO's soft overlong penalty: from 0 to 1 over this many tokens before the longest response",
        ),
    })
    .prefault({}),

  scaffold: z
    .strictObject({
      enabled: z.boolean().default(false).describe("RuscaRL: show part of the rubric while sampling"),
      start: share().default(0.2).describe("Share of the training at which the scaffold has faded to half"),
      steepness: positive().max(1000).default(125).describe("How sharply it fades"),
      updates: int(2, 100_000).default(40).describe("Updates that count as the whole training"),
      trained: z
        .enum(["original", "scaffolded"])
        .default("original")
        .describe("Train rollouts after the instruction alone, or after the prompt they were sampled from"),
    })
    .prefault({}),

  hindsight: z
    .strictObject({
      enabled: z.boolean().default(true).describe("Revise failed responses in hindsight"),
      edit: z
        .enum(["answer", "instruction"])
        .default("answer")
        .describe(
          "What hindsight edits: the answer (HeRL), or the instruction, down to what was satisfied (HiR)",
        ),
      maxRevisions: int(1, 16)
        .default(1)
        .describe("Drafts revised per group, at most, among the nearest misses"),
      rewriteWhen: z
        .enum(["nonePassed", "anyFailed"])
        .default("nonePassed")
        .describe("Which groups are revised"),
      accept: z
        .enum(["improveOrEqual", "strict", "always"])
        .default("improveOrEqual")
        .describe("When the best revision joins, against its draft's reward (paper: always)"),
      join: z
        .enum(["append", "replaceWorst", "replaceRandom"])
        .default("append")
        .describe("How it joins the group"),
      context: z
        .enum(["kept", "dropped"])
        .default("kept")
        .describe(
          "Train the revision after the hindsight it saw, or as if sampled from the instruction alone (NaiveHE)",
        ),
      weight: z
        .enum(["shaped", "clipped", "unit"])
        .default("shaped")
        .describe("Weight of a revised token: f(ρ), a rollout's clipped ratio, or the plain ratio"),
      gamma: positive().default(1).describe("γ of f(x) = x/(x+γ), equation (12)"),
      shapingScale: z.enum(["none", "unit"]).default("none").describe("unit divides f by f′(1)"),
    })
    .prefault({}),

  bonus: z
    .strictObject({
      alpha: share().default(0.05).describe("α of the bonus α(r̃ − r), equation (8)"),
      clipAtZero: z.boolean().default(false).describe("A worse revision takes nothing away"),
      when: z
        .enum(["before", "after"])
        .default("before")
        .describe("Add the bonus before or after normalisation"),
    })
    .prefault({}),

  advantage: z
    .strictObject({
      std: z
        .enum(["sample", "population", "none"])
        .default("sample")
        .describe("Deviation that advantages are divided by, equation (10); none is Dr.GRPO"),
      stdFloor: z.number().min(0).default(0).describe("The deviation is at least this"),
      baseline: z
        .enum(["group", "rollouts"])
        .default("group")
        .describe("Mean and deviation of the whole group, or of its rollouts only"),
    })
    .prefault({}),

  objective: z
    .strictObject({
      loss: z
        .enum(["policyGradient", "crossEntropy", "preference"])
        .default("policyGradient")
        .describe("Policy gradient of (9), likelihood of references (SFT), or preference of pairs (DPO)"),
      clipLow: share().default(0.2).describe("ε below: ρ is clipped at 1 − ε"),
      clipHigh: z.number().min(0).max(10).default(0.2).describe("ε above: ρ is clipped at 1 + ε"),
      aggregation: z
        .enum(["seqMeanTokenMean", "tokenMean", "seqMeanTokenSumNorm"])
        .default("seqMeanTokenMean")
        .describe(
          "Mean over tokens, then responses (paper); over all tokens (DAPO); token sum over a constant length (Dr.GRPO)",
        ),
      klCoef: z
        .number()
        .min(0)
        .max(10)
        .default(1e-4)
        .describe(
          "Coefficient of the KL to the policy that the run started from (k3); 0 skips the reference",
        ),
    })
    .prefault({}),

  preference: z
    .strictObject({
      beta: positive().max(10).default(0.1).describe("β of DPO"),
      pairs: z
        .enum(["group", "file"])
        .default("group")
        .describe(
          "The best and the worst rollout of a group, or the task's own reference and rejected response",
        ),
    })
    .prefault({}),

  process: z
    .strictObject({
      scores: z
        .enum(["none", "outcome", "segments"])
        .default("none")
        .describe("ExpRL: score responses against the hidden reference, as a whole or segment by segment"),
      norm: z
        .enum(["delta", "end", "group"])
        .default("delta")
        .describe("Advantages of segments from their scores: DeltaNorm, EndNorm or GroupNorm"),
      judged: z
        .enum(["segment", "prefix"])
        .default("segment")
        .describe("Score each segment alone, or the response up to its end"),
      single: z
        .enum(["formula", "score"])
        .default("formula")
        .describe("A response of one segment: by the formula, or its own score as the published code has it"),
    })
    .prefault({}),

  updates: int(1, 16).default(1).describe("Updates per batch; with one, every ratio is 1"),

  optimizer: z
    .strictObject({
      learningRate: positive()
        .max(1)
        .default(1e-6)
        .describe("AdamW's learning rate, constant (paper: 1e-6 for full fine-tuning)"),
      beta1: z.number().min(0).max(0.9999).default(0.9).describe("Decay of the first moment"),
      beta2: z.number().min(0).max(0.9999).default(0.999).describe("Decay of the second moment"),
      epsilon: positive().default(1e-8).describe("Added to the root of the second moment"),
      weightDecay: share().default(0.01).describe("Decoupled weight decay"),
      maxGradNorm: z
        .number()
        .min(0)
        .default(1)
        .describe("The gradient is scaled down to this norm; 0 leaves it"),
    })
    .prefault({}),

  training: z
    .strictObject({
      mode: z.enum(["lora", "full"]).default("lora").describe("Train low-rank adapters, or every weight"),
      rank: int(1, 256).default(8).describe("LoRA rank, a multiple of 4"),
      alpha: positive().default(16).describe("LoRA alpha: the adapter is scaled by alpha / rank"),
      targets: z
        .array(z.enum(allProjections))
        .min(1)
        .default(allProjections)
        .describe("Projections that get an adapter"),
    })
    .prefault({}),

  evaluation: z
    .strictObject({
      every: int(0, 10_000)
        .default(10)
        .describe("Evaluate every so many updates, and before the first; 0 never"),
      heldout: int(0, 4096).default(128).describe("Unseen instructions of the trained families"),
      close: int(0, 4096).default(64).describe("Instructions with new words and combinations"),
      ood: int(0, 4096).default(64).describe("Instructions of families that are never trained"),
      samples: int(1, 64).default(1).describe("Responses per instruction"),
      plain: int(0, 4096)
        .default(0)
        .describe("Plain texts of the world's own language whose perplexity shows what is forgotten"),
    })
    .prefault({}),

  collapse: z
    .strictObject({
      action: z
        .enum(["mark", "rollback"])
        .default("mark")
        .describe("What a collapse does: it is marked, or the run goes back to its best snapshot as well"),
      window: int(2, 1000).default(5).describe("Updates over which entropy, length and reward are averaged"),
      entropy: share().default(0.2).describe("Collapse: entropy below this share of where it began"),
      length: share()
        .default(0.5)
        .describe("Collapse: length below this share of where it began, or all cut off"),
      reward: share().default(0.5).describe("Collapse: reward below this share of the best so far"),
    })
    .prefault({}),

  measureTransfer: z
    .boolean()
    .default(true)
    .describe("Measure the hindsight gap and the transfer of every update"),
  analyzeEvery: int(0, 10_000)
    .default(10)
    .describe(
      "Take per-sample gradients every so many updates, for the bound (13) and for transfer to first order; 0 never",
    ),
  checkpointEvery: int(1, 1000).default(1).describe("Save what resuming needs every so many updates"),
  snapshotEvery: int(0, 10_000)
    .default(10)
    .describe("Keep the adapter every so many updates, for analysis; 0 never"),
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
  return config;
}

const invalid = (field: string, problem: string) =>
  new HerlError("CONFIG_INVALID", `The setting ${field} ${problem}`, "Change one of them");
