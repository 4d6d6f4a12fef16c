import { HerlError } from "../errors";
import { usesWritten } from "../herl/config";
import { writtenMissing, type RevisionPair } from "../herl/written";
import type { SegmentScorer } from "../herl/process";
import { RandomStream, type Key } from "../kernels/random/random";
import type { ChatMessage } from "../policy/chat_message";
import type { Task, Verdict } from "../rubric/schema";
import { englishRegistry, type VerifierRegistry } from "../rubric/verifiers/registry";
import { fileTasks, isHeldOut } from "../worlds/file_world";
import type { PlainText } from "../worlds/plain_text";
import { generalRevision } from "../worlds/general_revision";
import { generalScaffold } from "../worlds/general_scaffold";
import { withItems } from "../worlds/pocket/edit_instruction";
import { plainTexts } from "../worlds/pocket/plain_text";
import { pocketReferences, pocketRevisionPairs } from "../worlds/pocket/references";
import { revisionMessages } from "../worlds/pocket/revision";
import { pocketScaffold } from "../worlds/pocket/scaffold";
import { splits, type Split } from "../worlds/pocket/splits";
import { withSoftItems } from "../worlds/pocket/soft_items";
import { taskSource, type TaskSource } from "../worlds/pocket/task_source";
import { stepsPlainTexts } from "../worlds/steps/plain_text";
import { readProblem } from "../worlds/steps/problem";
import { stepsScorer } from "../worlds/steps/scorer";
import { referenceOf, tellSteps } from "../worlds/steps/solution";
import { stepsTask } from "../worlds/steps/tasks";
import { stepsRegistry } from "../worlds/steps/verifiers";
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
  /** Asks for a response and shows some of the rubric's items, by index. */
  scaffoldMessages(task: Task, items: readonly number[]): readonly ChatMessage[];
  /** The task that asks for some of its items alone; absent in worlds whose instructions cannot be edited. */
  withItems?(task: Task, items: readonly number[]): Task | null;
  /** Good responses to a task, at most `count` different ones, drawn from `key`; none where nobody wrote any. */
  references(task: Task, count: number, key: Key): readonly string[];
  /** Drafts that miss something with their revisions, at most `count`; absent where nobody wrote any. */
  revisionPairs?(task: Task, count: number, key: Key): readonly RevisionPair[];
  /** Scores of responses against hidden reference solutions; absent where there are none. */
  readonly scorer?: SegmentScorer;
}

/** Throws CONFIG_INVALID where hindsight is to edit instructions, and the world's cannot be edited. */
export function checkEditable({ withItems }: World, { hindsight }: Pick<RunConfig, "hindsight">): void {
  if (!hindsight.enabled || hindsight.edit !== "instruction" || withItems) return;
  throw new HerlError(
    "CONFIG_INVALID",
    "The setting hindsight.edit asks for edited instructions, and those of this world cannot be edited",
    "Set hindsight.edit to answer, or train on the pocket world",
  );
}

/** The tasks of a run on a task file. */
export interface RunTasks {
  /** The text of `tasks.jsonl`, as `taskLines` writes it; the run's configuration has its SHA-256. */
  readonly lines: string;
  /** The verifiers for them: every one there is, loaded only for such runs. */
  readonly registry: VerifierRegistry;
}

type WorldSettings = Pick<RunConfig, "world" | "seed" | "objective" | "preference">;

/**
 * The world as a configuration sets it up. `tasks` are needed where its source is a file. Throws TASK_INVALID if there
 * is no task to train on, RUN_TASKS_MISSING without `tasks`, RUN_TASKS_CHANGED if they are not the run's, and
 * REFERENCES_MISSING if the method trains on written responses and there are not enough.
 */
export function openWorld(config: WorldSettings, tasks?: RunTasks): World {
  const isFile = config.world.source === "file";
  if (!isFile && usesWritten(config) && config.objective.loss === "preference")
    throw writtenMissing(
      "Pairs are to come from the tasks, and only those of a file have rejected responses",
    );
  const source = sourceOf(config, tasks);
  const { wording } = config.world;
  return {
    ...source,
    revisionMessages: revisionIn(wording),
    scaffoldMessages: (task, items) =>
      wording === "general" ? generalScaffold(task, items) : pocketScaffold(task, items, wording),
  };
}

function sourceOf(config: WorldSettings, tasks?: RunTasks): Source {
  const { source } = config.world;
  if (source === "file") return fileSource(config, tasks);
  return source === "steps" ? stepsSource(config) : pocketSource(config);
}

/** How hindsight is told in a wording. */
export const revisionIn =
  (wording: RunConfig["world"]["wording"]): World["revisionMessages"] =>
  (task, draft, verdicts) =>
    wording === "general"
      ? generalRevision(task, draft, verdicts)
      : revisionMessages(task, draft, verdicts, wording);

type Source = Omit<World, "revisionMessages" | "scaffoldMessages">;

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
    revisionPairs: pocketRevisionPairs,
    withItems,
  };
}

/** Evaluations ask for the answer alone, whatever the run trains on, so that all methods are compared by the same. */
function stepsSource({ world, seed }: WorldSettings): Source {
  return {
    registry: stepsRegistry,
    hasJudged: false,
    trainingTask: (index) => stepsTask("train", index, { seed, items: world.items }),
    evaluationTasks: (split, count) =>
      Array.from({ length: count }, (_, index) => stepsTask(split, index, { seed: 0, items: "answer" })),
    plainTexts: stepsPlainTexts,
    references: ({ prompt }) => [tellSteps(referenceOf(readProblem(prompt)))],
    scorer: stepsScorer,
  };
}

/** A file has one kind of held-out tasks: its splits `close` and `ood` are empty. */
function fileSource(config: WorldSettings, tasks?: RunTasks): Source {
  const { world, seed } = config;
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
  checkWritten(
    all.filter(({ id }) => !isHeldOut(id, world.heldout)),
    config,
  );
  const { training, heldout } = fileTasks(all, { seed, heldout: world.heldout });
  return {
    registry: tasks.registry,
    hasJudged: all.some(({ rubric }) => rubric.some(({ check }) => check.by === "judge")),
    trainingTask: training,
    evaluationTasks: (split, count) => (split === "heldout" ? heldout.slice(0, count) : []),
    plainTexts: noPlainTexts,
    references: ({ reference }) => (reference === undefined ? [] : [reference]),
    revisionPairs: ({ reference, rejected }) =>
      reference === undefined || rejected === undefined ? [] : [{ draft: rejected, revision: reference }],
  };
}

/** Throws REFERENCES_MISSING where the method trains on written responses that some of its tasks lack. */
function checkWritten(tasks: readonly Task[], config: WorldSettings): void {
  if (!usesWritten(config)) return;
  const { loss, references } = config.objective;
  const isPair = loss === "preference" || references === "revisions";
  const without = tasks.filter(
    ({ reference, rejected }) => reference === undefined || (isPair && rejected === undefined),
  );
  if (without.length === 0) return;
  const lacking = isPair ? "reference or no rejected response" : "reference";
  throw writtenMissing(`${without.length} of the file's ${tasks.length} training tasks have no ${lacking}`);
}

function noPlainTexts(count: number): readonly PlainText[] {
  if (count === 0) return [];
  throw new HerlError(
    "CONFIG_INVALID",
    "The setting evaluation.plain asks for plain texts, and a task file has none",
    "Set evaluation.plain to 0",
  );
}
