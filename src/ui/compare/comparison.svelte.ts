import { arrivedError, plainError, type PlainError } from "../../errors";
import type { Reference } from "../../figures/bands";
import { seriesLook, type SeriesLook } from "../../figures/series_looks";
import type { FileProblem } from "../../runs/import_run";
import type { ComparedRun, RunCurves } from "../../runs/run_curves";
import type { BroughtFile } from "../../runs/run_files";
import type { App } from "../state/app.svelte";
import { heldRuns } from "../state/held_runs";
import { readLink, writeLink, type ComparisonLink } from "./address";
import type { ComparedMetric } from "./compared_metrics";
import type { SpreadKind } from "./curve_data";
import { browserEntry, seriesOf, type Entry, type Series } from "./entries";
import { finalRows } from "./final_numbers";
import { seriesNames } from "./names";
import type { PaperColumn } from "./paper_lines";
import { knownCurves, knownMeasures, largestX, panelsOf, shownByDefault, upright } from "./panels";
import { fetchPublished, isReproduced, type Published } from "./published";

/** What is compared, and how. The link of the page holds what is worth sending. */
export class Comparison {
  runs: readonly ComparedRun[] | null = $state.raw(null);
  /** Runs that a tab has open: they cannot be deleted. */
  held: ReadonlySet<string> | null = $state.raw(null);
  published: Published | null = $state.raw(null);
  isFetching = $state(false);
  isImporting = $state(false);
  problem: PlainError | null = $state.raw(null);
  fileProblems: readonly FileProblem[] = $state.raw([]);
  pinned: readonly string[] = $state.raw([]);
  smoothing = $state(0);
  spread: SpreadKind = $state("range");
  showsSingles = $state(false);
  /** Where all curves are read; null: at their ends. */
  cursor: number | null = $state(null);
  baseline: string | null = $state(null);
  /** The paper's own numbers, where they are asked for. */
  paper: PaperColumn | null = $state.raw(null);
  /** Runs that are deleted unless that is taken back. */
  doomed: readonly ComparedRun[] = $state.raw([]);
  private readonly app: App;
  /** By the run's id, with the state of its record when they were loaded. */
  private loaded: Readonly<Record<string, { readonly updated: string; readonly curves: RunCurves }>> =
    $state.raw({});
  private loading: readonly string[] = [];

  constructor(app: App) {
    this.app = app;
  }

  readonly link: ComparisonLink = $derived.by(() => readLink(this.app.comparison));

  readonly series: readonly Series[] = $derived.by(() => {
    const gone = this.doomed.map(({ id }) => id);
    const own = (this.runs ?? []).filter(({ id }) => !gone.includes(id)).map(browserEntry);
    const published = this.published?.entries ?? [];
    return [...seriesOf(published), ...seriesOf(own)];
  });

  /** In what the shown series differ from each other. */
  readonly names = $derived.by(() => seriesNames(this.shown));

  readonly shown: readonly Series[] = $derived.by(() => {
    const { show } = this.link;
    if (show) return this.series.filter(({ id }) => show.includes(id));
    return shownByDefault(this.series);
  });

  readonly curves = $derived.by(() => knownCurves(this.shown, this.loaded));
  readonly panels = $derived.by(() => panelsOf(this.shown, this.curves, this.link, this.spread));
  readonly xMax = $derived.by(() => largestX(this.panels));
  /** What is not drawn, and said instead. */
  readonly upright = $derived.by(() => upright(this.panels));
  readonly rows = $derived.by(() =>
    finalRows(this.shown, this.names.names, knownMeasures(this.shown, this.curves), this.baseline),
  );

  change(changes: Partial<ComparisonLink>): void {
    this.app.comparison = writeLink({ ...this.link, ...changes });
  }

  /** Whether a run of this browser is a published one made again: its digest says so. Null where there is none like it. */
  reproduction({ source, config, backend, steps }: Entry): boolean | null {
    if (!("run" in source) || backend !== "cpu") return null;
    const wanted = JSON.stringify(config);
    for (const { source: other } of this.published?.entries ?? []) {
      if (!("unit" in other) || !other.result || other.unit.steps !== steps) continue;
      if (JSON.stringify(other.unit.config) === wanted)
        return isReproduced(other.unit, other.result, source.run.digest);
    }
    return null;
  }

  /** The look of a series: by its place on the list, so that hiding others does not change it. */
  lookOf(id: string): SeriesLook {
    return seriesLook(this.series.findIndex((one) => one.id === id));
  }

  /** Numbers of the paper are of rewards on its own benchmarks: they stand beside held-out rewards only. */
  referencesOf({ id }: ComparedMetric): readonly Reference[] {
    return id === "heldout.reward" ? (this.paper?.lines ?? []) : [];
  }

  /** What files of figures say of where they come from. */
  get origin(): string {
    const { experiment } = this.link;
    const from = experiment === null ? "" : `, published experiment ${experiment}`;
    return `HeRL Playground${from}; ${this.shown.length} series, all: ${this.names.common}`;
  }

  /** Shows a series or hides it. */
  toggle(id: string): void {
    const ids = this.shown.map((one) => one.id);
    this.change({ show: ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id] });
  }

  pin(id: string): void {
    const { pinned } = this;
    this.pinned = pinned.includes(id) ? pinned.filter((other) => other !== id) : [...pinned, id];
  }

  async list(): Promise<void> {
    this.runs = await this.app.trainer.comparedRuns();
    this.held = await heldRuns();
  }

  /** Fetches the curves of shown runs that are not there yet, or have gone on. */
  async load(): Promise<void> {
    for (const { id, source } of this.shown.flatMap(({ entries }) => entries)) {
      if ("unit" in source || this.loading.includes(id)) continue;
      const { updated } = source.run;
      if (this.loaded[id]?.updated === updated) continue;
      this.loading = [...this.loading, id];
      const curves = await this.app.trainer.runCurves(id).catch(() => null);
      this.loading = this.loading.filter((other) => other !== id);
      if (curves) this.loaded = { ...this.loaded, [id]: { updated, curves } };
    }
  }

  /** Fetches the experiment of the link, or leaves the one that was there. */
  async follow(name: string | null): Promise<void> {
    if (name === (this.published?.experiment.name ?? null)) return;
    this.published = null;
    if (name === null) return;
    [this.isFetching, this.problem] = [true, null];
    try {
      const published = await fetchPublished(name);
      if (this.link.experiment === name) this.published = published;
    } catch (error) {
      this.problem = plainError(arrivedError(error, { code: "FILE_MISSING", cure: "Choose another one" }));
    }
    this.isFetching = false;
  }

  async import(files: readonly BroughtFile[]): Promise<void> {
    if (files.length === 0) return;
    this.isImporting = true;
    try {
      const { runs, problems, problem } = await this.app.trainer.importRuns(files);
      [this.problem, this.fileProblems] = [problem, problems];
      await this.list();
      const brought = runs.map(({ id }) => id);
      const theirs = this.series.filter(({ entries }) => entries.some(({ id }) => brought.includes(id)));
      const others = this.shown.filter((one) => !theirs.includes(one));
      if (theirs.length > 0) this.change({ show: [...others, ...theirs].map(({ id }) => id) });
    } finally {
      this.isImporting = false;
    }
  }

  /** Takes runs off the list; `carryOut` deletes them, `undo` brings them back. */
  async remove(entries: readonly Entry[]): Promise<void> {
    await this.carryOut();
    this.doomed = entries.flatMap(({ source }) => ("run" in source ? [source.run] : []));
  }

  undo(): void {
    this.doomed = [];
  }

  async carryOut(): Promise<void> {
    const { doomed } = this;
    if (doomed.length === 0) return;
    const { trainer } = this.app;
    try {
      for (const { id, imported } of doomed)
        await (imported === null ? trainer.deleteRun(id) : trainer.deleteImported(id));
    } catch (error) {
      this.problem = plainError(arrivedError(error, { code: "STORE_REFUSED", cure: "Reload the page" }));
    }
    await this.list();
    this.doomed = this.doomed.filter((run) => !doomed.includes(run));
  }
}

let known: { readonly app: App; readonly comparison: Comparison } | null = null;

/** The comparison of a page: it stays as it is while other views are shown. */
export function comparisonOf(app: App): Comparison {
  if (known?.app === app) return known.comparison;
  // What is derived in it must outlive the component that asks first.
  $effect.root(() => {
    known = { app, comparison: new Comparison(app) };
  });
  return known!.comparison;
}
