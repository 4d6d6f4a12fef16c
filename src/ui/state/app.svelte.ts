import { arrivedError, HerlError, plainError } from "../../errors";
import type { Variant } from "../../herl/config";
import type { CalibrationProgress } from "../../runs/calibrate";
import type { RunConfig, RunConfigInput } from "../../runs/config";
import { parseConfig } from "../../runs/config";
import type { ExportFormat } from "../../runs/export/export_run";
import { isForBrought, isModelFile, resolveConfig, withVariant } from "../../runs/presets";
import type { RunSummary } from "../../runs/protocol";
import { runName } from "../text/run_name";
import { startTrainer, type Trainer } from "../trainer";
import { readComparison, readUrl, readView, writeUrl, type BackendChoice, type View } from "../url_state";
import { Composer } from "./composer.svelte";
import type { Confirmation } from "./confirmation";
import type { Ghost } from "./curves";
import { Inspector } from "./inspector.svelte";
import { LabState } from "./lab.svelte";
import { emptySnapshot, isEvaluating, RunModel } from "./run_model";
import { Selection } from "./selection.svelte";
import { remember, remembered, Theme } from "./theme.svelte";

export type DialogName =
  | "runs"
  | "settings"
  | "help"
  | "about"
  | "palette"
  | "backend"
  | "ask"
  | "model"
  | "models"
  | "judge"
  | "tasks"
  | "calibration"
  | "failures";

/** Milliseconds between phases, from a slow look to as fast as it goes. */
export const delays = [1600, 800, 400, 200, 100, 40, 0] as const;

const mostGhosts = 3;

/** Milliseconds between two pictures of a run that trains. */
const leastInterval = 120;

/** The page: the run on screen, what was asked of it, and how to ask for more. */
export class App {
  run = $state.raw(emptySnapshot);
  /** The same a frame later, for the figures: half the work per frame. */
  figures = $state.raw(emptySnapshot);
  /** What was asked for last; what runs is `run.run.config`. */
  config: RunConfig = $state.raw(resolveConfig({ preset: "pocket-rare" }));
  backend: BackendChoice = $state("auto");
  view: View = $state("train");
  /** Parameters of the view Compare, which reads and writes them. */
  comparison: Readonly<Record<string, string>> = $state.raw(readComparison(location.search));
  speed = $state(4);
  dialog: DialogName | null = $state(null);
  confirmation: Confirmation | null = $state.raw(null);
  /** How far the measurement of a judge is. */
  calibrating: CalibrationProgress | null = $state.raw(null);
  /** A task file that was dropped or pasted, until its dialog takes it. */
  incoming: File | string | null = $state.raw(null);
  /** A model file that was dropped, until its dialog takes it. */
  incomingModel: File | null = $state.raw(null);
  /** Finer splits that wait to be looked at. */
  proposed = $state(0);
  ghosts: readonly Ghost[] = $state.raw([]);
  /** The stored run from whose adapter new runs start; null for the bare model. */
  start: RunSummary | null = $state.raw(null);
  /** The last stored run, offered once. */
  offer: RunSummary | null = $state.raw(null);
  showsAllCurves = $state(false);
  shortcutsOn = $state(remembered("herl-shortcuts") !== "off");
  /** Said once to those who listen. */
  announcement = $state("");
  readonly selection = new Selection();
  readonly composer = new Composer();
  readonly lab: LabState;
  readonly theme = new Theme();
  readonly inspector: Inspector;
  readonly trainer: Trainer;
  private readonly model = new RunModel();
  private isDrawn = true;
  private drawnAt = 0;
  private askedToPersist = false;

  constructor() {
    this.trainer = startTrainer(
      (event) => {
        if (event.type === "revisiting") this.lab.progress = event;
        else if (event.type === "calibrating") this.calibrating = event;
        else if (event.type === "proposals") this.proposed = event.proposals.length;
        else this.model.receive(event);
        this.draw();
      },
      (message) => {
        this.model.receive({ type: "failed", code: "INTERNAL", message, cure: "Reload the page" });
        this.draw();
      },
    );
    this.inspector = new Inspector((reference) => this.trainer.inspect(reference));
    this.lab = new LabState(this.trainer);
    const linked = readUrl(location.search);
    this.config = linked.config;
    this.backend = linked.backend;
    this.view = linked.view;
    window.addEventListener("popstate", () => this.followUrl());
    if (linked.problem) this.notify(linked.problem);
    void this.trainer.setDelay(delays[this.speed]);
    void this.open(linked.config, linked.backend);
    if (linked.place.group < linked.config.groups) this.selection.restore(linked.place);
    void this.offerLastRun();
  }

  get isBusy(): boolean {
    return this.run.status === "playing" || this.run.status === "stepping" || this.run.status === "pausing";
  }

  get isReady(): boolean {
    return this.run.run !== null && this.run.status !== "opening" && this.run.status !== "failed";
  }

  get isEvaluating(): boolean {
    return isEvaluating(this.run);
  }

  /** Starts a run, on the lines of `tasks` if they are given, or resumes a stored one. The run before it stays as a ghost. */
  async open(
    config: RunConfig,
    backend: BackendChoice = this.backend,
    resume?: string,
    tasks?: string,
  ): Promise<void> {
    this.keepGhost(config);
    this.proposed = 0;
    [this.config, this.backend] = [config, backend];
    this.model.clear();
    // At once: a key that is pressed before the next frame is not for the run that was on screen.
    this.drawNow();
    this.selection.reset();
    this.lab.leave();
    this.lab.forgetRows();
    this.inspector.clear();
    this.composer.close();
    history.replaceState(null, "", `${this.url()}${location.hash}`);
    const from = resume === undefined && this.start ? this.start.id : undefined;
    await this.trainer.open({ config, backend, resume, tasks, from });
    if (resume) this.offer = null;
  }

  /** Starts a run where a stored one has got to, or on the bare model again: its method and its tasks can then be changed. */
  async startFrom(run: RunSummary | null): Promise<void> {
    [this.start, this.dialog] = [run, null];
    await this.open(run?.manifest.config ?? this.config);
  }

  async resume({ id, manifest }: RunSummary): Promise<void> {
    [this.start, this.dialog] = [null, null];
    await this.open(manifest.config, this.backend, id);
    // A resumed run stands between two updates: show the next group, as a new run does.
    if (this.model.snapshot().run?.runId !== id) return;
    await this.trainer.stepPhase();
  }

  /** The link to a view of the present run. */
  url(view: View = this.view): string {
    const { group, pinned } = this.selection;
    const { config, backend, comparison } = this;
    return writeUrl({ config, backend, view, place: { group, pinned }, comparison });
  }

  /** Keeps the link of the page true to what is looked at. */
  keepLink(): void {
    const url = this.url();
    if (url !== location.search) history.replaceState(null, "", `${url}${location.hash}`);
  }

  show(view: View): void {
    if (view === this.view) return;
    this.view = view;
    this.dialog = null;
    this.inspector.clear();
    this.selection.hovered = null;
    history.pushState(null, "", this.url());
    window.scrollTo(0, 0);
  }

  play(): void {
    if (!this.askedToPersist) void navigator.storage?.persist?.().catch(() => false);
    this.askedToPersist = true;
    this.composer.close();
    this.train(() => void this.trainer.play());
  }

  pause(): void {
    void this.trainer.pause();
  }

  stepUpdate(): void {
    this.composer.close();
    this.train(() => void this.trainer.stepUpdate());
  }

  stepPhase(): void {
    this.composer.close();
    this.train(() => void this.trainer.stepPhase());
  }

  /** Trains; a run with a judge that is known to err asks first. */
  private train(start: () => void): void {
    const { run } = this.run;
    if (!run?.config.judge.url) return start();
    void import("../calibration/judge_question").then(async ({ judgeQuestion }) => {
      const question = await judgeQuestion(this.trainer, run.runId, start);
      if (question) this.confirmation = question;
      else start();
    }, start);
  }

  reset(): void {
    void this.open(this.config);
  }

  setSeed(seed: number): void {
    if (!Number.isSafeInteger(seed) || seed < 0) return;
    void this.open({ ...this.config, seed });
  }

  /** Another seed, drawn from the browser: the one number that no run decides. */
  newSeed(): void {
    this.setSeed(crypto.getRandomValues(new Uint16Array(1))[0]);
  }

  setMethod(variant: Variant): void {
    this.tryConfig(() => parseConfig(withVariant(this.config as RunConfigInput, variant)));
  }

  setPreset(preset: string): void {
    const { variant, seed } = this.config;
    // The judge stays: which one it is does not hang on the preset.
    this.tryConfig(() => ({ ...resolveConfig({ preset, variant, seed }), judge: this.config.judge }));
  }

  /**
   * Trains another model, an embedded one or a file that this browser keeps. `preset` is taken where the present one is not
   * for such models.
   */
  setModel(model: string, preset: string): void {
    const { variant, seed, judge } = this.config;
    this.tryConfig(() => {
      if (isForBrought(this.config.preset) === isModelFile(model)) return { ...this.config, model };
      return { ...resolveConfig({ preset, variant, seed }), judge, model };
    });
  }

  /** Computes elsewhere: from the start, since a run's numbers belong to one backend. */
  setBackend(backend: BackendChoice): void {
    const perform = () => void this.open(this.config, backend);
    const updates = this.run.metrics?.step ?? 0;
    if (updates === 0) return perform();
    this.confirmation = {
      title: "Start over on another backend?",
      message: `The ${updates} updates so far belong to the backend that computed them. They stay among the stored runs; the new run starts from the same seed.`,
      action: "Start over",
      perform,
    };
  }

  setSpeed(speed: number): void {
    this.speed = Math.max(0, Math.min(delays.length - 1, speed));
    void this.trainer.setDelay(delays[this.speed]);
  }

  setShortcuts(on: boolean): void {
    this.shortcutsOn = on;
    remember("herl-shortcuts", on ? null : "off");
  }

  importTasks(content: File | string): void {
    [this.incoming, this.dialog] = [content, "tasks"];
  }

  importModel(file: File): void {
    [this.incomingModel, this.dialog] = [file, "model"];
  }

  compose(): void {
    void this.composer.compose((topic, constraints) => this.trainer.probe(topic, constraints));
  }

  async exportRun(id: string, format?: ExportFormat): Promise<void> {
    try {
      const bytes = await this.trainer.exportRun(id, format);
      const name = `herl-${format ?? "run"}-${id.slice(0, 8)}.zip`;
      download(new Blob([bytes], { type: "application/zip" }), name);
    } catch (error) {
      this.notify(arrivedError(error, { code: "RUN_MISSING", cure: "Train for an update first" }));
    }
  }

  notify(error: HerlError): void {
    this.model.notify(plainError(error));
    this.draw();
  }

  dismiss(code: HerlError["code"]): void {
    this.model.dismiss(code);
    this.draw();
  }

  /** Back and forward change the view; the run on screen stays, and the link says so. */
  private followUrl(): void {
    this.view = readView(location.search);
    if (this.view === "compare") this.comparison = readComparison(location.search);
    this.inspector.clear();
    history.replaceState(null, "", `${this.url()}${location.hash}`);
  }

  private tryConfig(make: () => RunConfig): void {
    try {
      void this.open(make());
    } catch (error) {
      if (!(error instanceof HerlError)) throw error;
      this.notify(error);
    }
  }

  private keepGhost(next: RunConfig): void {
    const { run, points } = this.run;
    const kept = this.ghosts.filter(({ preset }) => preset === next.preset);
    if (!run || points.length < 2 || run.config.preset !== next.preset) this.ghosts = kept;
    else {
      const name = runName(run.config);
      const ghost = { name, preset: next.preset, points };
      this.ghosts = [ghost, ...kept.filter((other) => other.name !== name)].slice(0, mostGhosts);
    }
  }

  private async offerLastRun(): Promise<void> {
    const [last] = await this.trainer.listRuns().catch(() => []);
    if (last && last.steps > 0) this.offer = last;
  }

  /** Shows what the model has, at the next frame; when it trains at full speed, no more often than can be seen. */
  private draw(): void {
    if (!this.isDrawn) return;
    this.isDrawn = false;
    const wait =
      this.run.status === "playing" ? Math.max(0, this.drawnAt + leastInterval - performance.now()) : 0;
    setTimeout(() => requestAnimationFrame(() => this.drawNow()), wait);
  }

  private drawNow(): void {
    this.isDrawn = true;
    this.drawnAt = performance.now();
    let snapshot = this.model.snapshot();
    // At full speed nobody reads along while a response grows: the last group stays until the next one is there.
    if (snapshot.status === "playing" && delays[this.speed] === 0 && snapshot.step)
      snapshot = { ...snapshot, live: null };
    this.run = snapshot;
    this.lab.see(snapshot, this.view === "lab");
    requestAnimationFrame(() => (this.figures = snapshot));
  }
}

/** Hands a file to the reader. */
export function download(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
