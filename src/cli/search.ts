import type { Attempt, Explorer } from "../herl/explore/attempt";
import { deriveKey, seedKey, type Key } from "../kernels/random/random";
import { codeGrader } from "../rubric/code_grader";
import { routedGrader } from "../rubric/routed_grader";
import type { HttpJudge } from "../rubric/judge/http_judge";
import type { Task } from "../rubric/schema";
import { chatCodec } from "../runs/learner";
import { presets, resolveConfig } from "../runs/presets";
import type { RunConfig } from "../runs/config";
import { openWorld, revisionIn, splits, type EvaluationSplit } from "../runs/world";
import { decimal, integer, text, UsageError, type Option, type Values } from "./arguments";
import { backendOption, threadsOption } from "./backend";
import { judgeOptions, openJudge } from "./judge";
import { modelPath } from "./model";
import { openSubject, subjectOptions, type Subject } from "./subject";
import { readTasks, taskOptions, tasksFor, tasksOf, type TaskList } from "./tasks";

type Wording = RunConfig["world"]["wording"];

const wordings = ["list", "numbers", "general"] as const satisfies readonly Wording[];
const evaluationSplits = splits.filter((split): split is EvaluationSplit => split !== "train");

/** Options of commands that search for passing responses. */
export const searchOptions: Readonly<Record<string, Option>> = {
  ...subjectOptions,
  ...taskOptions,
  preset: {
    type: "string",
    value: "NAME",
    description: `Without --tasks: the tasks of a preset (${presets.map(({ name }) => name).join(", ")}); with --run the run's own`,
  },
  split: {
    type: "string",
    value: evaluationSplits.join("|"),
    default: "heldout",
    description: "Which of them",
  },
  count: { type: "string", value: "N", default: "64", description: "How many of them" },
  wording: {
    type: "string",
    value: wordings.join("|"),
    description: "How a revision is asked for (default: as the run does, or as the model was taught)",
  },
  temperature: { type: "string", value: "T", default: "1", description: "Sampling temperature" },
  "max-new-tokens": { type: "string", value: "N", default: "128", description: "Longest response" },
  seed: { type: "string", value: "S", default: "0", description: "Seed" },
  out: { type: "string", value: "FILE", required: true, description: "JSON Lines out, one a task" },
  ...judgeOptions,
  backend: backendOption,
  threads: threadsOption,
};

/** Everything that a search needs. */
export interface OpenSearch {
  readonly explorer: Explorer;
  readonly tasks: readonly Task[];
  readonly key: Key;
  readonly sampling: { readonly temperature: number; readonly maxNewTokens: number };
  readonly judge: HttpJudge | null;
}

/** Opens what the options describe. Throws UsageError, and what tasks, models and worlds throw. */
export async function openSearch(values: Values): Promise<OpenSearch> {
  const sampling = {
    temperature: decimal(values, "temperature"),
    maxNewTokens: integer(values, "max-new-tokens", { min: 1 }),
  };
  const key = deriveKey(seedKey(integer(values, "seed")), "search");
  const subject = await openSubject(values);
  const { tasks, registry, wording } = await tasksOfSearch(values, subject);
  const judge = openJudge(values, text(values, "out")!);
  const { policy, model } = subject;
  const explorer: Explorer = {
    ...{ policy, codec: chatCodec(model), endIds: model.tokenizer.endIds },
    grader: routedGrader(codeGrader(registry), judge),
    revisionMessages: revisionIn(wording),
  };
  return { explorer, tasks, key, sampling, judge };
}

async function tasksOfSearch(
  values: Values,
  { model, name, run }: Subject,
): Promise<TaskList & { wording: Wording }> {
  const asked = oneOf(values, "wording", wordings);
  if (values["tasks"] !== undefined) {
    const list = tasksFor(await readTasks(values), model, model.config.contextLength, values);
    // Embedded models know the wording that they were taught, and no other.
    const own = run?.config.world.wording ?? (modelPath(name) === name ? "general" : "list");
    return { ...list, wording: asked ?? own };
  }
  const preset = text(values, "preset");
  if (preset === undefined && !run)
    throw new UsageError("say which tasks: --tasks FILE, --preset NAME or --run DIR");
  const config = preset === undefined ? run!.config : resolveConfig({ preset });
  const world = openWorld(config, preset === undefined ? await tasksOf(run!.folder) : undefined);
  const tasks = world.evaluationTasks(
    oneOf(values, "split", evaluationSplits)!,
    integer(values, "count", { min: 1 }),
  );
  if (tasks.length === 0) throw new UsageError("this split of the tasks is empty: choose another --split");
  return { tasks, registry: world.registry, wording: asked ?? config.world.wording };
}

/** One of a few words from a flag; undefined where it is not given. */
export function oneOf<const T extends string>(
  values: Values,
  name: string,
  choices: readonly T[],
): T | undefined {
  const value = text(values, name);
  if (value === undefined || (choices as readonly string[]).includes(value)) return value as T | undefined;
  throw new UsageError(`--${name} is one of ${choices.join(", ")}`);
}

/** An attempt as a line of a file has it. */
export const attemptRecord = ({ reward, verdicts, text, parent, fork, ...attempt }: Attempt) => ({
  ...{ reward, follow: verdicts.map(({ status }) => followed[status]), text, parent, fork },
  ...{ prompt_tokens: attempt.promptTokens, new_tokens: attempt.newTokens },
});

const followed = { satisfied: true, unmet: false, unknown: null } as const;

/** Prints how far a search is, ten times or so on its way. */
export function tellProgress(what: string, most: number): () => void {
  let done = 0;
  return () => {
    done++;
    if (done === most || done % Math.max(1, Math.round(most / 10)) === 0)
      console.error(`${what}: ${done} of at most ${most} responses`);
  };
}
