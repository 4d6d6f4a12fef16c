/** The thread that trains: wires the driver to its environment and to the page. */
import { expose } from "comlink";
import { HerlError, plainError } from "../src/errors";
import type { AskCommands } from "../src/runs/ask_commands";
import { calibrationCommands, type CalibrationCommands } from "../src/runs/calibration_commands";
import type { CompareCommands } from "../src/runs/compare_commands";
import { Driver } from "../src/runs/driver";
import type { ExploreCommands } from "../src/runs/explore_commands";
import type { FailureCommands } from "../src/runs/failure_commands";
import { lazyCommands } from "../src/runs/lazy_commands";
import { browserThreads } from "../src/runs/kernel_threads";
import type { LabCommands } from "../src/runs/lab_commands";
import { isModelFile } from "../src/runs/presets";
import type { RunEvent, TrainerCommands } from "../src/runs/protocol";
import { RunStore } from "../src/runs/store";
import { keepErrorCodes } from "./thread_errors";
import type { JudgeCommands } from "../src/runs/judge_commands";
import type { TaskCommands } from "../src/runs/task_commands";

/** Commands, and how the page connects: a port for events, and the address that models are relative to. */
export interface TrainerWorker
  extends
    TrainerCommands,
    TaskCommands,
    JudgeCommands,
    CalibrationCommands,
    FailureCommands,
    CompareCommands,
    ExploreCommands,
    AskCommands,
    LabCommands {
  connect(events: MessagePort, baseUrl: string): void;
}

keepErrorCodes();

let port: MessagePort | null = null;
let base = "";
const emit = (event: RunEvent) => port?.postMessage(event);

const store = RunStore.open().catch((error: unknown) => error as HerlError);

const runs = store.then((opened) => (opened instanceof RunStore ? opened : null));

/** Without the Web Locks API, which only insecure pages lack, runs are not locked. */
function lock(runId: string): Promise<(() => void) | null> {
  if (!navigator.locks) return Promise.resolve(() => {});
  return new Promise((resolve) => {
    void navigator.locks.request(`herl-run-${runId}`, { ifAvailable: true }, (lock) =>
      lock ? new Promise<void>((release) => resolve(release)) : resolve(null),
    );
  });
}

const driver = new Driver({
  gpu: navigator.gpu,
  threads: browserThreads(
    () => new Worker(new URL("./kernels.worker.ts", import.meta.url), { type: "module" }),
  ),
  emit,
  store: runs,
  async loadModel(name, sha256) {
    if (isModelFile(name)) return (await import("../src/runs/models/kept_model")).keptModel(name, sha256);
    const url = new URL(`models/${name}.gguf`, base);
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return new Uint8Array(await response.arrayBuffer());
    throw new HerlError(
      "FILE_MISSING",
      `The model ${name} could not be fetched (${response?.status ?? "no answer"})`,
      "Check the connection and reload the page",
    );
  },
  lock,
});

const calibrating = calibrationCommands({
  store: runs,
  judge: driver.judge,
  run: () => driver.run,
  onProgress: (progress) => emit({ type: "calibrating", ...progress }),
});

const between = {
  store: runs,
  run: () => driver.run,
  exclusive: <T>(work: () => Promise<T>) => driver.exclusive(work),
};

const failing = lazyCommands<FailureCommands>(
  async () => (await import("../src/runs/failure_commands")).failureCommands(between),
  { failureReport: true, askForSplit: true, acceptSplit: true },
);

const exploring = lazyCommands<ExploreCommands>(
  async () => (await import("../src/runs/explore_commands")).exploreCommands(between),
  { searchOne: true, searchMany: true, cancelSearches: true },
);

const asking = lazyCommands<AskCommands>(
  async () => (await import("../src/runs/ask_commands")).askCommands(between),
  { ask: true, cancelAsking: true },
);

const comparing = lazyCommands<CompareCommands>(
  async () =>
    (await import("../src/runs/compare_commands")).compareCommands(driver.opener, { store: runs, lock }),
  {
    ...{ comparedRuns: true, runCurves: true, importRuns: true, deleteImported: true },
    ...{ trainStored: true, cancelStored: true },
  },
);

expose(
  Object.assign(
    driver,
    driver.tasks,
    driver.judging,
    driver.answering,
    calibrating,
    failing,
    exploring,
    asking,
    comparing,
    {
      connect(events: MessagePort, baseUrl: string) {
        port = events;
        base = baseUrl;
        void store.then((opened) => {
          if (opened instanceof RunStore) return;
          emit({ type: "notice", ...plainError(opened) });
        });
      },
    },
  ) satisfies TrainerWorker,
);
