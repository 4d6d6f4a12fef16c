import { transfer } from "comlink";
import { HerlError, type PlainError } from "../../errors";
import { chatEndpoint } from "../../rubric/judge/endpoint";
import { judgeConfig, judgeConfigSchema, type JudgeConfig } from "../../rubric/judge/judge_config";
import { isLocalJudge, localJudgeConfig } from "../../rubric/judge/local_judge";
import { judgeServers } from "../../rubric/judge/servers";
import { resolveConfig } from "../../runs/presets";
import type { JudgeTest } from "../../runs/try_judge";
import type { App } from "../state/app.svelte";
import { localModels } from "../webllm/local_models.svelte";
import { keyHeldFor, noteKey } from "./held_keys";

/** Where a judge can be: a server whose address is known, another one, or this page. */
export type Place = (typeof judgeServers)[number]["id"] | "other" | "page";

const budgets = ["budgetCalls", "budgetTokens", "budgetMoney"] as const;

/** What was entered about a judge, until it is used. */
export class JudgeForm {
  draft: JudgeConfig = $state.raw(judgeConfig());
  /** Only until it is handed to the training thread. */
  key = $state("");
  /** The origin that the training thread has a key for, as far as this page gave it one. */
  keyFor: string | null = $state(null);
  models: readonly string[] | null = $state.raw(null);
  listProblem: PlainError | null = $state.raw(null);
  test: JudgeTest | null = $state.raw(null);
  isBusy: "listing" | "testing" | null = $state(null);
  private readonly app: App;

  constructor(app: App) {
    this.app = app;
    this.draft = app.config.judge;
    this.keyFor = keyHeldFor(this.draft.url);
  }

  /** By field, what is wrong with it. */
  get problems(): Readonly<Record<string, string>> {
    const { error } = judgeConfigSchema.safeParse(this.draft);
    const found = Object.fromEntries(
      (error?.issues ?? []).map(({ path: [name], message }) => [
        String(name),
        Number.isNaN(this.draft[name as keyof JudgeConfig]) ? "needs a number" : message,
      ]),
    );
    if (this.draft.url === "") found["url"] ??= "needs the address of a server";
    else if (!found["url"]) {
      try {
        chatEndpoint(this.draft.url);
      } catch (error) {
        if (!(error instanceof HerlError)) throw error;
        found["url"] = `${error.message}. ${error.cure}`;
      }
    }
    if (this.isLocal && this.draft.model === "") found["model"] ??= "needs a model that is loaded here";
    return found;
  }

  get isValid(): boolean {
    return Object.keys(this.problems).length === 0;
  }

  get isLocal(): boolean {
    return isLocalJudge(this.draft.url);
  }

  get place(): Place {
    if (this.isLocal) return "page";
    return judgeServers.find(({ url }) => url === this.draft.url)?.id ?? "other";
  }

  set<K extends keyof JudgeConfig>(name: K, value: JudgeConfig[K]): void {
    this.draft = { ...this.draft, [name]: value };
    this.test = null;
    if (name === "url") this.forgetServer();
  }

  choose(place: Place): void {
    const { structured, concurrency } = judgeConfig();
    if (place === "page") this.draft = localJudgeConfig(this.draft, localModels.loaded ?? "");
    else {
      const url = judgeServers.find(({ id }) => id === place)?.url ?? "";
      const wasLocal = this.isLocal && { structured, concurrency };
      this.draft = { ...this.draft, ...wasLocal, url, model: "" };
    }
    this.test = null;
    this.forgetServer();
  }

  /** Asks the server what models it has. */
  async list(): Promise<void> {
    await this.busy("listing", async () => {
      await this.handOver();
      const { url } = this.draft;
      const listed = await this.app.trainer.listJudgeModels(url);
      if (url !== this.draft.url) return;
      this.listProblem = "problem" in listed ? listed.problem : null;
      this.models = "models" in listed ? listed.models : null;
      const [only, ...others] = this.models ?? [];
      if (only && others.length === 0 && this.draft.model === "") this.set("model", only);
    });
  }

  async tryOut(): Promise<void> {
    await this.busy("testing", async () => {
      await this.handOver();
      const { draft } = this;
      const test = await this.app.trainer.testJudge(draft);
      if (draft === this.draft) this.test = test;
    });
  }

  async forgetKey(): Promise<void> {
    await this.app.trainer.setJudgeKey(this.draft.url, null);
    noteKey(this.draft.url, false);
    this.keyFor = null;
  }

  /** Whether the run on screen can have this judge and go on: its verdicts would be the same. */
  get suitsRun(): boolean {
    const { run, judge } = this.app.run;
    if (!run || !judge) return false;
    const plain = (config: JudgeConfig) => JSON.stringify({ ...config, ...this.budget });
    return plain(run.config.judge) === plain(this.draft);
  }

  /** Whether tasks of the page's present settings have items for a judge. */
  get isNeeded(): boolean {
    const { source, judged } = this.app.config.world;
    return source === "file" || judged > 0;
  }

  /** The run on screen goes on with the key and the budget that were entered. */
  async goOn(): Promise<void> {
    await this.handOver();
    await this.app.trainer.setJudgeBudget(this.budget);
    this.keep();
    if (this.app.run.pause) await this.app.trainer.goOn();
  }

  /** A new run, on the preset that has items for a judge where the present one has none. */
  async start(): Promise<void> {
    await this.handOver();
    const { app, draft } = this;
    const { variant, seed } = app.config;
    const base = this.isNeeded ? app.config : resolveConfig({ preset: "pocket-soft", variant, seed });
    app.dialog = null;
    await app.open({ ...base, judge: draft });
  }

  /** For later runs. */
  keep(): void {
    this.app.config = { ...this.app.config, judge: this.draft };
    this.app.dialog = null;
  }

  private get budget() {
    return Object.fromEntries(budgets.map((name) => [name, this.draft[name]])) as Pick<
      JudgeConfig,
      (typeof budgets)[number]
    >;
  }

  /** What does not belong into a configuration goes to the training thread, and is not kept here. */
  async handOver(): Promise<void> {
    const { app, key } = this;
    const { url } = this.draft;
    this.key = "";
    if (this.isLocal) return connectLocal(app);
    if (key.trim() === "") return;
    await app.trainer.setJudgeKey(url, key);
    noteKey(url, true);
    this.keyFor = keyHeldFor(url);
  }

  private forgetServer(): void {
    [this.models, this.listProblem] = [null, null];
    this.key = "";
    this.keyFor = keyHeldFor(this.draft.url);
  }

  private async busy(what: "listing" | "testing", work: () => Promise<void>): Promise<void> {
    this.isBusy = what;
    await work().finally(() => (this.isBusy = null));
  }
}

/** A form that waits until a local model is loaded. */
export const parked: { form: JudgeForm | null } = { form: null };

let isConnected = false;

/** Gives the training thread a way to the local model, once there is one. */
export async function connectLocal({ trainer }: Pick<App, "trainer">): Promise<void> {
  if (localModels.loaded === null || isConnected) return;
  isConnected = true;
  const port = await localModels.port();
  await trainer.setLocalJudge(transfer(port, [port]));
}
