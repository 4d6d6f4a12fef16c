import * as z from "../zod";
import { HerlError } from "../errors";
import { variants } from "../herl/config";
import { experimentFormat, type Experiment } from "./experiment";

const name = z.string().check(z.minLength(1), z.maxLength(100));
const text = z.string().check(z.minLength(1));
const settings = z.record(z.string(), z.unknown());
const count = (min: number) => z.int().check(z.minimum(min));
const split = z.enum(["heldout", "close", "ood"]);

const probe = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("passAtK"), split, tasks: count(1), samples: count(1) }),
  z.strictObject({ kind: z.literal("explore"), split, tasks: count(1), attempts: count(1) }),
  z.strictObject({ kind: z.literal("refine"), split, tasks: count(1), rounds: count(1) }),
]);

const arm = z.strictObject({
  name,
  method: z.enum(variants),
  settings: z.optional(settings),
  steps: z.optional(count(0)),
  rate: z.optional(z.literal("tuned")),
  after: z.optional(name),
});

const part = z.strictObject({
  name,
  preset: name,
  steps: count(0),
  models: z.array(name).check(z.minLength(1)),
  seeds: z.array(count(0)).check(z.minLength(1)),
  settings: z.optional(settings),
  arms: z.array(arm).check(z.minLength(1)),
  probes: z.optional(z.array(probe)),
});

const claim = z.strictObject({
  id: name,
  text,
  part: name,
  measure: name,
  arms: z.tuple([name, name]),
  against: z.optional(name),
  paper: z.enum(["above", "below", "equal"]),
  margin: z.optional(z.number().check(z.minimum(0))),
});

const schema: z.ZodMiniType<Experiment> = z.strictObject({
  format: z.literal(experimentFormat),
  name,
  title: text,
  question: text,
  paper: z.strictObject({ says: text, where: text, numbers: z.optional(z.string()) }),
  expectation: text,
  resultsOf: z.optional(name),
  parts: z.array(part).check(z.minLength(1)),
  claims: z.array(claim),
});

/** Checks a definition that was read from `experiments/NAME/experiment.json`. Throws FILE_FORMAT naming what is wrong. */
export function readExperiment(json: unknown, folder: string): Experiment {
  const read = schema.safeParse(json);
  const problems = read.success
    ? contradictions(read.data, folder)
    : read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  if (read.success && problems.length === 0) return read.data;
  throw new HerlError(
    "FILE_FORMAT",
    `experiments/${folder}/experiment.json is no experiment: ${problems.join("; ")}`,
    "Correct it; docs/experiments.md says what it holds",
  );
}

/** What the form alone cannot say: names that are used must be there, once. */
function contradictions({ name, parts, claims, resultsOf }: Experiment, folder: string): string[] {
  const problems = name === folder ? [] : [`its name is ${name}`];
  if (resultsOf === name) problems.push("its results are said to be its own");
  const twice = (names: readonly string[], what: string) =>
    names.filter((one, i) => names.indexOf(one) < i).map((one) => `two ${what} are called ${one}`);
  problems.push(...twice(parts.map((part) => part.name), "parts"), ...twice(claims.map((c) => c.id), "claims")); // prettier-ignore
  for (const part of parts) {
    const arms = part.arms.map((arm) => arm.name);
    problems.push(...twice(arms, `arms of ${part.name}`), ...twice(part.models, `models of ${part.name}`));
    problems.push(...twice(part.seeds.map(String), `seeds of ${part.name}`));
    for (const [i, { name: arm, after }] of part.arms.entries())
      if (after !== undefined && !arms.slice(0, i).includes(after))
        problems.push(`${arm} comes after ${after}, which is no arm above it`);
  }
  for (const { id, part, arms, measure, against } of claims) {
    const own = parts.find((p) => p.name === part);
    if (!own) problems.push(`claim ${id} is about a part ${part} that is not there`);
    for (const arm of arms)
      if (own && !own.arms.some((a) => a.name === arm))
        problems.push(`claim ${id}: ${part} has no arm ${arm}`);
    if (arms[0] === arms[1] && (against ?? measure) === measure)
      problems.push(`claim ${id} compares a number with itself`);
  }
  return problems;
}
