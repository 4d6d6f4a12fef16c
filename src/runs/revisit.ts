import type { Backend } from "../compute/backend";
import { CpuBackend } from "../compute/cpu";
import { WebgpuBackend } from "../compute/webgpu";
import { HerlError } from "../errors";
import { analyzeStep, withoutEvaluation } from "./analyze";
import { Lab } from "./lab";
import type { RunEnvironment, RunOpener } from "./open_run";
import { openSession } from "./open_session";
import type { RevisitRequest, StepView } from "./protocol";
import { noJournal } from "./replay";
import { stepView } from "./views";

/** An earlier update of a stored run, made again on a backend of its own, beside the run that is open. */
export class Revisit {
  /** Null until the update is reached. */
  lab: Lab | null = null;
  private readonly abort = new AbortController();
  private readonly opener: RunOpener;
  private readonly environment: RunEnvironment;
  private readonly request: RevisitRequest;
  private backend: Backend | null = null;

  constructor(opener: RunOpener, environment: RunEnvironment, request: RevisitRequest) {
    this.opener = opener;
    this.environment = environment;
    this.request = request;
  }

  /** Runs up to the update. Resolves with null when it was closed meanwhile. Throws RUN_MISSING and STEP_MISSING. */
  async run(): Promise<StepView | null> {
    const { signal } = this.abort;
    try {
      signal.throwIfAborted();
      return await this.make();
    } catch (error) {
      if (signal.aborted) return null;
      this.close();
      throw error;
    }
  }

  private async make(): Promise<StepView> {
    const { runId, step } = this.request;
    const store = await this.environment.store;
    if (!store) {
      throw new HerlError(
        "RUN_MISSING",
        "Nothing is stored in this browser, so no earlier update can be made again",
        "Allow the page to store data, and train again",
      );
    }
    const recorded = await store.manifest(runId);
    const config = withoutEvaluation(recorded.config);
    const model = await this.opener.model(config.model, recorded.model.sha256);
    this.backend =
      recorded.backend.backend === "webgpu"
        ? await WebgpuBackend.create(this.environment.gpu)
        : await CpuBackend.create();
    const tasks = await this.opener.tasksOf(config);
    const start = await this.opener.recordedStart(recorded);
    const open = await openSession({
      ...{ backend: this.backend, model, config, recorded, tasks, start },
      journal: noJournal(store.judgements(runId)),
    });
    const metrics = (await store.steps(runId)).map((row) => row.metrics);
    const { finished } = await analyzeStep(open, metrics, step, {
      signal: this.abort.signal,
      onStep: (done) => this.environment.emit({ type: "revisiting", done, of: step }),
    });
    this.lab = new Lab(open.learner.policy, recorded.config, finished);
    return stepView(finished.state, step);
  }

  close(): void {
    this.abort.abort();
    this.lab = null;
    this.backend?.destroy();
    this.backend = null;
  }
}
