import { z } from "zod";
import { holdsSecret } from "./endpoint";

const count = () => z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const amount = () => z.number().min(0).max(1e9);

/**
 * How a judge is asked. Plain data, part of a run's configuration and its manifest; the key is not here, and
 * nowhere else that is stored.
 */
export const judgeConfigSchema = z.strictObject({
  url: z
    .string()
    .max(2000)
    .refine((url) => !holdsSecret(url), "holds a password or a key; give the key apart")
    .default("")
    .describe("Address of an OpenAI-compatible server, for instance http://localhost:11434; empty: no judge"),
  model: z.string().max(200).default("").describe("The judge's model, as its server names it"),
  itemsPerCall: z
    .enum(["all", "one"])
    .default("all")
    .describe("One call for all judged items of a response, or one call an item"),
  votes: z
    .int()
    .min(1)
    .max(9)
    .refine((votes) => votes % 2 === 1, "must be odd")
    .default(1)
    .describe("Times that each question is asked; the majority decides (odd; useful above temperature 0)"),
  temperature: z.number().min(0).max(2).default(0).describe("Sampling temperature of the judge"),
  maxTokens: z.int().min(16).max(100_000).default(2048).describe("Longest answer of the judge, in tokens"),
  structured: z
    .enum(["auto", "schema", "object", "text"])
    .default("auto")
    .describe("How JSON is asked for: by schema, as an object, in words; auto tries them in this order"),
  evidence: z
    .enum(["off", "required"])
    .default("off")
    .describe(
      "Whether a judge that says that something is there must quote it; what it cannot quote is unknown",
    ),
  reasons: z.boolean().default(true).describe("Ask the judge why, before each verdict"),
  concurrency: z.int().min(1).max(64).default(8).describe("Calls in flight at once"),
  timeout: z.number().min(1).max(3600).default(60).describe("Longest wait for one answer, in seconds"),
  retries: z.int().min(0).max(10).default(4).describe("Times that a failed call is sent again"),
  budgetCalls: count().default(0).describe("Calls after which the run pauses; 0: no limit"),
  budgetTokens: count()
    .default(0)
    .describe("Tokens, read and written, after which the run pauses; 0: no limit"),
  budgetMoney: amount()
    .default(0)
    .describe("Money after which the run pauses; 0: no limit; needs the prices"),
  pricePromptMillion: amount().default(0).describe("Price of a million tokens that the judge reads"),
  priceCompletionMillion: amount().default(0).describe("Price of a million tokens that the judge writes"),
});

export type JudgeConfig = z.infer<typeof judgeConfigSchema>;

/** A configuration with defaults for what is not given. */
export const judgeConfig = (settings: z.input<typeof judgeConfigSchema> = {}): JudgeConfig =>
  judgeConfigSchema.parse(settings);
