import { HerlError, type PlainError } from "../errors";
import type { FileProblem, ImportedRun } from "./import_run";
import { checkManifest } from "./manifest";
import type { RunEnvironment, RunOpener } from "./open_run";
import { orProblem } from "./or_problem";
import { columnsOf, plainEvaluations, type ComparedRun, type RunCurves } from "./run_curves";
import type { BroughtFile } from "./run_files";
import type { RunStore } from "./store";
import type { TrainedRun, TrainingProgress, TrainingRequest } from "./train_stored";

/** What came of files that were brought along. */
export interface ImportAnswer {
  readonly runs: readonly ComparedRun[];
  readonly problems: readonly FileProblem[];
  /** Why they could not be kept, or not even be read; null where all is well. */
  readonly problem: PlainError | null;
}

/** What the page asks to compare runs. None of it touches the run that is open. */
export interface CompareCommands {
  /** Runs of this browser that can be drawn, those read from files included, the last changed first. */
  comparedRuns(): Promise<readonly ComparedRun[]>;
  /** Null for a run that is not there any more. */
  runCurves(id: string): Promise<RunCurves | null>;
  importRuns(files: readonly BroughtFile[]): Promise<ImportAnswer>;
  deleteImported(id: string): Promise<void>;
  /** Trains a run to its end and stores it, one at a time; null where it was cancelled. */
  trainStored(
    request: TrainingRequest,
    onProgress: (progress: TrainingProgress) => void,
  ): Promise<TrainedRun | { readonly problem: PlainError } | null>;
  cancelStored(): void;
}

export function compareCommands(
  opener: RunOpener,
  environment: Pick<RunEnvironment, "store" | "lock">,
): CompareCommands {
  /** Runs that could not be kept: they stay as long as the tab. */
  const unkept = new Map<string, ImportedRun>();
  let controller = new AbortController();

  /** Why a run that was brought along could not be kept, or null. */
  async function keep(run: ImportedRun): Promise<PlainError | null> {
    const store = await environment.store;
    const kept = await orProblem(async () => {
      if (!store) throw nothingStored();
      await store.imports.save(run);
      return {};
    });
    if (!("problem" in kept)) return null;
    unkept.set(run.id, run);
    return kept.problem;
  }

  return {
    async comparedRuns() {
      const store = await environment.store;
      const trained = store ? (await store.list()).flatMap((run) => drawable(run)) : [];
      const brought = [...((await store?.imports.list()) ?? []), ...unkept.values()].map(withoutCurves);
      return [...trained, ...brought].sort((a, b) => (a.updated < b.updated ? 1 : -1));
    },
    async runCurves(id) {
      const store = await environment.store;
      const brought = unkept.get(id) ?? (await store?.imports.get(id));
      if (brought) return brought.curves;
      const rows = (await store?.metrics(id)) ?? [];
      const evaluations = (await store?.evaluations(id)) ?? [];
      if (rows.length + evaluations.length === 0) return null;
      return { columns: columnsOf(rows, evaluations), evaluations: plainEvaluations(evaluations) };
    },
    async importRuns(files) {
      const answer = await orProblem(async () => {
        const [{ runsAmong }, { readRun }] = await Promise.all([
          import("./run_files"),
          import("./import_run"),
        ]);
        const { runs, problems } = await runsAmong(files);
        return { read: runs.map((texts) => readRun(texts)), problems };
      });
      if ("problem" in answer) return { runs: [], problems: [], problem: answer.problem };
      const runs = answer.read.flatMap((one) => ("run" in one ? [one.run] : []));
      const faulty = answer.read.flatMap((one) => ("problems" in one ? one.problems : []));
      let problem: PlainError | null = null;
      for (const run of runs) problem = (await keep(run)) ?? problem;
      return { runs: runs.map(withoutCurves), problems: [...answer.problems, ...faulty], problem };
    },
    async deleteImported(id) {
      unkept.delete(id);
      await (await environment.store)?.imports.delete(id);
    },
    async trainStored(request, onProgress) {
      controller.abort();
      const { signal } = (controller = new AbortController());
      const trained = orProblem(async () => {
        const { trainStored } = await import("./train_stored");
        return trainStored(opener, environment, request, { signal, onProgress });
      });
      return trained.catch((error: unknown) => {
        if (signal.aborted) return null;
        throw error;
      });
    },
    cancelStored: () => controller.abort(),
  };
}

/** A stored run as it is listed; none for one of another version, which the list of stored runs still has. */
function drawable(run: Awaited<ReturnType<RunStore["list"]>>[number]): ComparedRun[] {
  try {
    const { config, model, backend } = checkManifest(run.manifest);
    const { id, steps, digest, updated } = run;
    return [{ id, config, model, backend: backend.backend, steps, digest, updated, imported: null }];
  } catch {
    return [];
  }
}

function withoutCurves(run: ComparedRun & { readonly curves?: RunCurves }): ComparedRun {
  const listed = { ...run };
  delete listed.curves;
  return listed;
}

const nothingStored = () =>
  new HerlError(
    "STORE_REFUSED",
    "The browser does not let this page store anything",
    "The curves stay until the tab is closed",
  );
