import { HerlError } from "../errors";
import { RandomStream, type Key } from "../kernels/random/random";
import type { ChatMessage } from "../policy/chat_message";
import type { Task, Verdict } from "../rubric/schema";
import { englishRegistry, type VerifierRegistry } from "../rubric/verifiers/registry";
import { fileTasks } from "../worlds/file_world";
import type { PlainText } from "../worlds/plain_text";
import { generalRevision } from "../worlds/general_revision";
import { plainTexts } from "../worlds/pocket/plain_text";
import { pocketReferences } from "../worlds/pocket/references";
import { revisionMessages } from "../worlds/pocket/revision";
import { splits, type Split } from "../worlds/pocket/splits";
import { withSoftItems } from "../worlds/pocket/soft_items";
import { taskSource, type TaskSource } from "../worlds/pocket/task_source";
import { hashTaskLines, readTaskLines } from "../worlds/task_lines";
import type { RunConfig } from "./config";

export { splits, type Split };

export type EvaluationSplit = Exclude<Split, "train">;

/** Where a run's tasks come from, and how its hindsight is worded. */
export interface World {
  /** What decides its code items. */
  readonly registry: VerifierRegistry;
  /** Whether some item is for a judge. */
  readonly hasJudged: boolean;
  /** Task `index` of training: the same for the same seed. */
  trainingTask(index: number): Task;
  /** The first tasks of an evaluation split: the same ones for every seed, so that runs can be compared. */
  evaluationTasks(split: EvaluationSplit, count: number): Task[];
  /**
   * The first plain texts of the world's own language, always the same ones. Throws CONFIG_INVALID for a world that has
   * none, unless none are asked for.
   */
  plainTexts(count: number): readonly PlainText[];
  revisionMessages(task: Task, draft: string, verdicts: readonly Verdict[]): readonly ChatMessage[];
  /** Good responses to a task, at most `count` different ones, drawn from `key`; none where nobody wrote any. */
  references(task: Task, count: number, key: Key): readonly string[];
}

/** The tasks of a run on a task file. */
export interface RunTasks {
  /** The text of `tasks.jsonl`, as `taskLines` writes it; the run's configuration has its SHA-256. */
  readonly lines: string;
  /** The verifiers for them: every one there is, loaded only for such runs. */
  readonly registry: VerifierRegistry;
}

type WorldSettings = Pick<RunConfig, "world" | "seed">;

/**
 * The world as a configuration sets it up. `tasks` are needed where its source is a file. Throws TASK_INVALID if there
 * is no task to train on, RUN_TASKS_MISSING without `tasks`, and RUN_TASKS_CHANGED if they are not the run's.
 */
export function openWorld(config: WorldSettings, tasks?: RunTasks): World {
  const source = config.world.source === "file" ? fileSource(config, tasks) : pocketSource(config);
  return { ...source, revisionMessages: revisionIn(config.world.wording) };
}

/** How hindsight is told in a wording. */
export const revisionIn =
  (wording: RunConfig["world"]["wording"]): World["revisionMessages"] =>
  (task, draft, verdicts) =>
    wording === "general"
      ? generalRevision(task, draft, verdicts)
      : revisionMessages(task, draft, verdicts, wording);

type Source = Omit<World, "revisionMessages">;

function pocketSource({ world, seed }: WorldSettings): Source {
  const { families, minConstraints, maxConstraints, judged } = world;
  const task = (source: TaskSource, split: Split, seed: number, index: number) =>
    withSoftItems(source.task(index), RandomStream.of(seed, "pocket", split, index, "judged"), judged);
  const sourceOf = (split: Split, seed: number) =>
    taskSource({ split, families, seed, minConstraints, maxConstraints });
  const training = sourceOf("train", seed);
  return {
    registry: englishRegistry,
    hasJudged: judged > 0,
    trainingTask: (index) => task(training, "train", seed, index),
    evaluationTasks(split, count) {
      const source = sourceOf(split, 0);
      return Array.from({ length: count }, (_, index) => task(source, split, 0, index));
    },
    plainTexts,
    references: pocketReferences,
  };
}

/** A file has one kind of held-out tasks: its splits `close` and `ood` are empty. */
function fileSource({ world, seed }: WorldSettings, tasks?: RunTasks): Source {
  if (!tasks) {
    throw new HerlError(
      "RUN_TASKS_MISSING",
      "The run trains on a task file, and the file is not there",
      "Import the file again under Tasks, or give it with `--tasks FILE` on the command line",
    );
  }
  if (hashTaskLines(tasks.lines) !== world.tasks) {
    throw new HerlError(
      "RUN_TASKS_CHANGED",
      "The tasks are not those that the run was made with",
      "Put the run's own tasks.jsonl back, or start a new run",
    );
  }
  const all = readTaskLines(tasks.lines);
  const { training, heldout } = fileTasks(all, { seed, heldout: world.heldout });
  return {
    registry: tasks.registry,
    hasJudged: all.some(({ rubric }) => rubric.some(({ check }) => check.by === "judge")),
    trainingTask: training,
    evaluationTasks: (split, count) => (split === "heldout" ? heldout.slice(0, count) : []),
    plainTexts: noPlainTexts,
    references: ({ reference }) => (reference === undefined ? [] : [reference]),
  };
}

function noPlainTexts(count: number): readonly PlainText[] {
  if (count === 0) return [];
  throw new HerlError(
    "CONFIG_INVALID",
    "The setting evaluation.plain asks for plain texts, and a task file has none",
    "Set evaluation.plain to 0",
  );
}
