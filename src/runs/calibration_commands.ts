import { HerlError, type PlainError, plainError } from "../errors";
import type { JudgeConfig } from "../rubric/judge/judge_config";
import { isDecided, memoryJudgements, type Judgements } from "../rubric/judge/judgements";
import type { VerifierRegistry } from "../rubric/verifiers/registry";
import type { CalibrationProgress, KnownResponse } from "./calibrate";
import { doubtsAbout, type Calibration } from "./calibration_record";
import { idOf, type CalibrationReport } from "./calibration_store";
import { withCalibration } from "./manifest";
import type { JudgeAccess } from "./open_grader";
import type { OpenRun } from "./open_run";
import { orProblem } from "./or_problem";
import type { RunStore } from "./store";
import { openWorld } from "./world";

/** What to measure a judge on. */
export interface CalibrationRequest {
  readonly config: JudgeConfig;
  /** The texts of a task file and of a file of responses; null for what the open run has sampled. */
  readonly files: { readonly tasks: string; readonly responses: string } | null;
  readonly limit: number;
  readonly repeats: number;
}

/**
 * A calibration, with what ended it early if it was not the reader, and responses that belong to no task; null where it
 * was cancelled before the first answer.
 */
export type CalibrationAnswer =
  | null
  | { readonly report: CalibrationReport; readonly ending: PlainError | null; readonly strangers: number }
  | { readonly problem: PlainError };

/** What the page asks about how far judges can be trusted. */
export interface CalibrationCommands {
  /** Measures a judge, one at a time; `calibrating` events tell how far it is. */
  calibrate(request: CalibrationRequest): Promise<CalibrationAnswer>;
  /** Ends it, with the numbers of what was judged until then. */
  cancelCalibration(): void;
  /** The latest calibration of exactly this judge, or null. */
  latestCalibration(config: JudgeConfig): Promise<CalibrationReport | null>;
  /** Why training on the open run's judge should be thought over, and what says so; null where nothing does. */
  judgeDoubts(): Promise<{ readonly created: string; readonly doubts: readonly string[] } | null>;
}

export interface CalibrationEnvironment {
  readonly store: Promise<RunStore | null>;
  readonly judge: JudgeAccess;
  run(): OpenRun | null;
  onProgress(progress: CalibrationProgress): void;
}

export function calibrationCommands(environment: CalibrationEnvironment): CalibrationCommands {
  const { judge, run, onProgress } = environment;
  const inMemory = new Map<string, CalibrationReport>();
  const judgements = memoryJudgements();
  let controller = new AbortController();

  const latest = async (config: JudgeConfig): Promise<CalibrationReport | null> =>
    inMemory.get(await idOf(config)) ?? (await environment.store)?.calibrations.latest(config) ?? null;

  async function responsesOf({ files }: CalibrationRequest) {
    if (!files) return { ...(await sampled(run(), await environment.store)), strangers: 0 };
    const [{ loadRegistry }, { readTaskFile }, { readResponses }, { problemError }] = await Promise.all([
      import("../rubric/verifiers/all"),
      import("../worlds/task_file"),
      import("./response_file"),
      import("../worlds/task_files/problem"),
    ]);
    const registry = await loadRegistry();
    const { tasks, problems } = readTaskFile(files.tasks, registry);
    if (tasks.length === 0) throw problemError(problems[0]);
    return { registry, ...readResponses(files.responses, tasks) };
  }

  /** The manifest of the open run takes up what was measured of its judge. */
  async function record(calibration: Calibration): Promise<void> {
    const open = run();
    if (!open?.judge || (await idOf(open.config.judge)) !== calibration.judge.id) return;
    open.manifest = withCalibration(open.manifest, calibration);
    await open.journal.amend(open.manifest);
  }

  return {
    async calibrate(request) {
      controller.abort();
      const { signal } = (controller = new AbortController());
      const answer = orProblem(async () => {
        const { registry, responses, strangers } = await responsesOf(request);
        const { calibrate } = await import("./calibrate");
        const store = await environment.store;
        const { calibration, cases, ending } = await calibrate(responses, registry, {
          ...{ key: judge.key, fetch: judge.fetch, config: request.config, signal, onProgress },
          ...{ limit: request.limit, repeats: request.repeats },
          judgements: store ? decidedOnly(store.judgements("calibration")) : judgements,
        });
        const report = { ...calibration, cases };
        inMemory.set(report.judge.id, report);
        await store?.calibrations.save(report).catch(() => undefined);
        await record(calibration);
        const plain = ending && plainError(ending);
        return { report, ending: plain, strangers };
      });
      return answer.catch((error: unknown) => {
        if (signal.aborted) return null;
        throw error;
      });
    },
    cancelCalibration: () => controller.abort(),
    latestCalibration: async (config) => (config.url === "" ? null : latest(config)),
    async judgeDoubts() {
      const open = run();
      const known = open?.judge ? await latest(open.config.judge) : null;
      if (!known) return null;
      const doubts = doubtsAbout(known.overall);
      return doubts.length > 0 ? { created: known.created, doubts } : null;
    },
  };
}

/** What a run has sampled so far, as its record has it, with the tasks that it was sampled for. */
async function sampled(
  open: OpenRun | null,
  store: RunStore | null,
): Promise<{ registry: VerifierRegistry; responses: readonly KnownResponse[] }> {
  if (!open) throw new HerlError("RUN_MISSING", "No run is open", "Open one first");
  const world = openWorld(open.config, open.tasks);
  const steps = (await store?.steps(open.id)) ?? [];
  const responses = steps.flatMap(({ rollouts }) =>
    rollouts.map(({ step, group, text }) => ({
      task: world.trainingTask((step - 1) * open.config.groups + group),
      text,
    })),
  );
  if (responses.length > 0) return { registry: world.registry, responses };
  throw new HerlError(
    "STEP_MISSING",
    "The run has stored no response yet",
    "Train for an update first, or give a file of responses",
  );
}

/** Answers that could not be used are not kept: the next measurement asks again. */
const decidedOnly = (judgements: Judgements): Judgements => ({
  ...judgements,
  put: async (key, judgement) => {
    if (isDecided(judgement)) await judgements.put(key, judgement);
  },
});
