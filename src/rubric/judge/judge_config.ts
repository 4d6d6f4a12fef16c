import * as z from "../../zod";
import { holdsSecret } from "./endpoint";

const count = () => z.int().check(z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER));
const amount = () => z.number().check(z.minimum(0), z.maximum(1e9));

/**
 * How a judge is asked. Plain data, part of a run's configuration and its manifest; the key is not here, and
 * nowhere else that is stored.
 */
export const judgeConfigSchema = z.strictObject({
  url: z.field(
    z.string().check(
      z.maxLength(2000),
      z.refine((url) => !holdsSecret(url), "holds a password or a key; give the key apart"),
    ),
    "",
    "Address of an OpenAI-compatible server, for instance http://localhost:11434; empty: no judge",
  ),
  model: z.field(z.string().check(z.maxLength(200)), "", "The judge's model, as its server names it"),
  itemsPerCall: z.field(
    z.enum(["all", "one"]),
    "all",
    "One call for all judged items of a response, or one call an item",
  ),
  votes: z.field(
    z.int().check(
      z.minimum(1),
      z.maximum(9),
      z.refine((votes) => votes % 2 === 1, "must be odd"),
    ),
    1,
    "Times that each question is asked; the majority decides (odd; useful above temperature 0)",
  ),
  temperature: z.field(z.number().check(z.minimum(0), z.maximum(2)), 0, "Sampling temperature of the judge"),
  maxTokens: z.field(
    z.int().check(z.minimum(16), z.maximum(100_000)),
    2048,
    "Longest answer of the judge, in tokens",
  ),
  structured: z.field(
    z.enum(["auto", "schema", "object", "text"]),
    "auto",
    "How JSON is asked for: by schema, as an object, in words; auto tries them in this order",
  ),
  evidence: z.field(
    z.enum(["off", "required"]),
    "off",
    "Whether a judge that says that something is there must quote it; what it cannot quote is unknown",
  ),
  reasons: z.field(z.boolean(), true, "Ask the judge why, before each verdict"),
  concurrency: z.field(z.int().check(z.minimum(1), z.maximum(64)), 8, "Calls in flight at once"),
  timeout: z.field(
    z.number().check(z.minimum(1), z.maximum(3600)),
    60,
    "Longest wait for one answer, in seconds",
  ),
  retries: z.field(z.int().check(z.minimum(0), z.maximum(10)), 4, "Times that a failed call is sent again"),
  budgetCalls: z.field(count(), 0, "Calls after which the run pauses; 0: no limit"),
  budgetTokens: z.field(count(), 0, "Tokens, read and written, after which the run pauses; 0: no limit"),
  budgetMoney: z.field(amount(), 0, "Money after which the run pauses; 0: no limit; needs the prices"),
  pricePromptMillion: z.field(amount(), 0, "Price of a million tokens that the judge reads"),
  priceCompletionMillion: z.field(amount(), 0, "Price of a million tokens that the judge writes"),
});

export type JudgeConfig = z.infer<typeof judgeConfigSchema>;

/** A configuration with defaults for what is not given. */
export const judgeConfig = (settings: z.input<typeof judgeConfigSchema> = {}): JudgeConfig =>
  judgeConfigSchema.parse(settings);
