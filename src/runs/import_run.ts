import { hashOfText } from "../hash";
import * as z from "../zod";
import { HerlError } from "../errors";
import { sayPlainly } from "../worlds/task_files/problem";
import type { EvaluationRow } from "./evaluate";
import { checkManifest, type Manifest } from "./manifest";
import type { MetricsRow } from "./metrics";
import { columnsOf, plainEvaluations, type ComparedRun, type RunCurves } from "./run_curves";

/** What is wrong with a file of a run that was brought along. */
export interface FileProblem {
  readonly file: string;
  /** From 1; 0 when it is the file as a whole. */
  readonly line: number;
  readonly what: string;
  /** What to do about it, in the imperative. */
  readonly cure: string;
}

/** The texts of a run folder that curves are drawn from. */
export interface RunTexts {
  /** What the files came as: a folder's path or a zip's name. */
  readonly name: string;
  readonly manifest: string;
  readonly metrics: string;
  readonly evaluations: string;
  /** `digest.txt`, where there is one: it covers the last evaluation too. */
  readonly digest: string | null;
}

/** A run that was read from files, as it is kept. */
export interface ImportedRun extends ComparedRun {
  readonly imported: string;
  readonly curves: RunCurves;
}

/** More updates than any run here has. */
const mostUpdates = 100_000;

/** More than these, of one file, help nobody. */
const mostProblems = 20;

const short = z.string().check(z.maxLength(300));
const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hexadecimal"));
const step = z.int().check(z.minimum(0), z.maximum(mostUpdates));

const manifestSchema = z.looseObject({
  created: short,
  model: z.looseObject({ name: short, sha256: hash }),
  backend: z.looseObject({ backend: z.enum(["cpu", "webgpu"]) }),
});

const metricsSchema = z.looseObject({
  step: step.check(z.minimum(1)),
  responses: z.number().check(z.minimum(0)),
  judge_calls: z.number().check(z.minimum(0)),
  num_tokens: z.number().check(z.minimum(0)),
  step_time: z.number().check(z.minimum(0)),
  digest: hash,
});

const evaluationSchema = z.looseObject({
  step,
  split: z.enum(["heldout", "close", "ood", "plain", "file"]),
  n: z.int().check(z.minimum(0)),
  reward: z.nullable(z.number()),
  all_met: z.nullable(z.number()),
  by_id: z.optional(z.unknown()),
  perplexity: z.optional(z.number()),
  kl: z.optional(z.number()),
  kl_k1: z.optional(z.number()),
});

/**
 * Reads a run that somebody brings along: everything is checked, and only what curves are drawn from is taken. The same
 * files give the same id.
 */
export function readRun(texts: RunTexts): { readonly run: ImportedRun } | { problems: FileProblem[] } {
  const problems: FileProblem[] = [];
  const manifest = readManifest(texts, problems);
  const metrics = readRows<MetricsRow>(`${texts.name}/metrics.jsonl`, texts.metrics, metricsSchema, problems);
  const evaluations = readRows<EvaluationRow>(
    `${texts.name}/eval.jsonl`,
    texts.evaluations,
    evaluationSchema,
    problems,
  );
  checkOrder(texts.name, metrics, evaluations, problems);
  if (!manifest || problems.length > 0) return { problems };
  const { config, model, backend, created } = manifest;
  const content = [texts.manifest, texts.metrics, texts.evaluations].join("\n\n");
  const digest = hash.safeParse(texts.digest?.trim());
  return {
    run: {
      id: `imported-${hashOfText(content).slice(0, 32)}`,
      model: { name: model.name, sha256: model.sha256 },
      ...{ config, backend: backend.backend, steps: metrics.length, updated: created },
      digest: digest.success ? digest.data : (metrics.at(-1)?.digest ?? ""),
      imported: texts.name.slice(-200),
      curves: { columns: columnsOf(metrics, evaluations), evaluations: plainEvaluations(evaluations) },
    },
  };
}

function readManifest({ name, manifest: text }: RunTexts, problems: FileProblem[]): Manifest | null {
  const file = `${name}/manifest.json`;
  try {
    const record: unknown = JSON.parse(text);
    const manifest = checkManifest(record as Partial<Manifest>);
    const checked = manifestSchema.safeParse(record);
    if (checked.success) return manifest;
    for (const issue of checked.error.issues) problems.push(faulty(file, 0, issue));
  } catch (error) {
    const isOurs = error instanceof HerlError;
    problems.push({
      ...{ file, line: 0 },
      what: isOurs ? error.message : "It is no JSON",
      cure: isOurs ? error.cure : exportAgain,
    });
  }
  return null;
}

function readRows<Row>(file: string, text: string, schema: z.ZodMiniType, problems: FileProblem[]): Row[] {
  const lines = text.split("\n");
  const rows: Row[] = [];
  let wrong = 0;
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    if (wrong >= mostProblems) break;
    const before = problems.length;
    try {
      const parsed = schema.safeParse(JSON.parse(line));
      if (parsed.success) rows.push(parsed.data as Row);
      else problems.push(...parsed.error.issues.map((issue) => faulty(file, i + 1, issue)));
    } catch {
      const isCut = i === lines.length - 1;
      const what = isCut ? "The line is cut off" : "The line is no JSON";
      problems.push({ file, line: i + 1, what, cure: exportAgain });
    }
    if (problems.length > before) wrong++;
  }
  return rows;
}

/** Updates are counted from 1 without a gap, and nothing is evaluated that was not reached. */
function checkOrder(
  name: string,
  metrics: readonly MetricsRow[],
  evaluations: readonly EvaluationRow[],
  problems: FileProblem[],
): void {
  if (problems.length > 0) return;
  const [file, evaluated] = [`${name}/metrics.jsonl`, `${name}/eval.jsonl`];
  const gap = metrics.findIndex((row, i) => row.step !== i + 1);
  if (gap >= 0) {
    const what = `Update ${metrics[gap].step} stands where update ${gap + 1} is expected`;
    problems.push({ file, line: gap + 1, what, cure: exportAgain });
  }
  const beyond = evaluations.findIndex((row) => row.step > metrics.length);
  if (beyond >= 0) {
    const what = `It evaluates update ${evaluations[beyond].step}, and the run has ${metrics.length}`;
    problems.push({ file: evaluated, line: beyond + 1, what, cure: exportAgain });
  }
  if (metrics.length + evaluations.length === 0)
    problems.push({ file, line: 0, what: "The run has no update yet", cure: "Train it first" });
}

const faulty = (
  file: string,
  line: number,
  { path, message }: { readonly path: readonly PropertyKey[]; readonly message: string },
): FileProblem => ({
  ...{ file, line, cure: exportAgain },
  what: `${path.join(".") || "the record"}: ${sayPlainly(message)}`,
});

const exportAgain = "Export the run again, or correct the file";
