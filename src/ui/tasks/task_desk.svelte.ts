import type { PlainError } from "../../errors";
import type { TaskFit } from "../../runs/task_commands";
import type { TaskFileSummary } from "../../runs/task_store";
import { withSettings } from "../../runs/settings";
import type { Task } from "../../rubric/schema";
import { download, type App } from "../state/app.svelte";
import { byId, draftOf, newDraft } from "./rubric_draft";
import { RubricEditorState } from "./rubric_editor.svelte";
import { fitting, now } from "./fitting";
import { taskDocument } from "./task_document";
import { taskThread, whenThreadFails } from "./task_thread";
import type { ImportedTasks, PackedTasks } from "./task_work";

/** A task file that is open. */
export interface OpenFile
  extends PackedTasks, Partial<Pick<ImportedTasks, "problems" | "skipped" | "kinds">> {
  readonly name: string;
  /** Among the files of this browser; a file with faulty records waits for a decision. */
  readonly isKept: boolean;
}

/** Longer texts are not even taken into memory. */
const mostBytes = 200_000_000;

/** The files of this browser, the one that is open, and the rubric that is being written. */
export class TaskDesk {
  files: readonly TaskFileSummary[] = $state.raw([]);
  file: OpenFile | null = $state.raw(null);
  /** Which of its tasks the model can take; null until that is known. */
  fit: TaskFit | null = $state.raw(null);
  editor: RubricEditorState | null = $state.raw(null);
  isReading = $state(false);
  isSaving = $state(false);
  problem: PlainError | null = $state.raw(null);
  private readonly app: App;

  constructor(app: App) {
    this.app = app;
    whenThreadFails((message) => {
      this.problem = failed(message);
      this.isReading = this.isSaving = false;
    });
  }

  async list(): Promise<void> {
    this.files = await this.app.trainer.listTaskFiles();
  }

  /** Reads a file or a text. One without faults is kept at once. */
  async import(content: File | string): Promise<void> {
    this.editor = null;
    await this.reading(async () => {
      const name = content instanceof File ? content.name : "pasted tasks";
      if (content instanceof File && content.size > mostBytes) {
        this.problem = tooLarge(content.size);
        return;
      }
      const text = content instanceof File ? await content.text() : content;
      const imported = await taskThread().read(text);
      await this.show({ ...imported, name, isKept: false });
      if (imported.problems.length === 0) await this.keep();
    });
  }

  /** Opens a file of the list. */
  async open({ sha256, name }: TaskFileSummary): Promise<void> {
    await this.reading(async () => {
      const lines = await this.app.trainer.taskLines(sha256);
      if (lines !== null) await this.show({ ...(await taskThread().unpack(lines)), name, isKept: true });
      await this.list();
    });
  }

  /** Puts the open file's good tasks among the files of this browser. */
  async keep(replaced?: string): Promise<void> {
    if (!this.file) return;
    const { name, lines, sha256, tasks, code, judged } = this.file;
    const summary = { name, sha256, tasks: tasks.length, code, judged, added: now() };
    this.problem = await this.app.trainer.saveTaskFile({ ...summary, lines }, replaced);
    this.file = { ...this.file, isKept: true };
    await this.list();
  }

  close(): void {
    [this.file, this.fit, this.editor, this.problem] = [null, null, null, null];
    void this.list();
  }

  async delete(sha256: string): Promise<void> {
    await this.app.trainer.deleteTaskFile(sha256);
    if (this.file?.sha256 === sha256) this.close();
    await this.list();
  }

  /** Starts a run on those of the open file's tasks for which `wanted` holds and that the model can take. */
  async train(share: number, wanted: (task: Task) => boolean = () => true): Promise<void> {
    const { file, fit, app } = this;
    if (!file || !fit) return;
    const chosen = fitting(file.tasks, fit).filter(wanted);
    const { lines, sha256 } = chosen.length === file.tasks.length ? file : await taskThread().pack(chosen);
    const config = withSettings(app.config, [
      ["world.source", "file"],
      ["world.tasks", sha256],
      ["world.heldout", String(share)],
    ]);
    app.dialog = null;
    app.show("train");
    await app.open(config, app.backend, undefined, lines);
  }

  exportFile(): void {
    if (!this.file) return;
    const { name, tasks } = this.file;
    const base = name.replace(/\.(jsonl?|txt)$/i, "");
    download(new Blob([taskDocument(tasks)], { type: "application/json" }), `${base}.json`);
  }

  /** Opens the editor on a task of the open file, or on a new one: of that file, or of a new file without one. */
  async edit(task: Task | null, prompt = ""): Promise<void> {
    await this.attempt(async () => {
      const verifiers = byId(await taskThread().verifiers());
      const taken = this.file?.tasks.map(({ id }) => id).filter((id) => id !== task?.id) ?? [];
      const draft = task ? draftOf(task, verifiers) : newDraft(freeKey(taken), prompt);
      this.editor = new RubricEditorState({ draft, verifiers, taken, replaced: task?.id ?? null });
    });
  }

  /** Puts the task that was written into the open file, or into a new one. */
  async saveEdited(): Promise<void> {
    const { editor, file } = this;
    const task = editor?.task;
    if (!task || this.isSaving) return;
    const { replaced } = editor;
    this.isSaving = true;
    const tasks = file?.tasks ?? [];
    const changed = tasks.some(({ id }) => id === replaced)
      ? tasks.map((old) => (old.id === replaced ? task : old))
      : [...tasks, task];
    await this.attempt(async () => {
      await this.put(changed);
      this.editor = null;
    });
    this.isSaving = false;
  }

  async remove(task: Task): Promise<void> {
    if (this.file) await this.put(this.file.tasks.filter(({ id }) => id !== task.id));
  }

  /** The open file with other tasks, kept in place of what it was. */
  private async put(tasks: readonly Task[]): Promise<void> {
    const { file } = this;
    const packed = await taskThread().pack(tasks);
    const name = file?.name ?? `my tasks ${now().slice(0, 10)}`;
    await this.show({ ...packed, name, isKept: false });
    await this.keep(file?.isKept && file.sha256 !== packed.sha256 ? file.sha256 : undefined);
  }

  private async show(file: OpenFile): Promise<void> {
    this.file = file;
    this.fit = null;
    const fit = await this.app.trainer.fitTasks(file.lines, this.app.config.model);
    if (this.file === file || this.file?.sha256 === file.sha256) this.fit = fit;
  }

  private async reading(work: () => Promise<void>): Promise<void> {
    [this.isReading, this.problem, this.file, this.fit] = [true, null, null, null];
    await this.attempt(work);
    this.isReading = false;
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.problem = failed(error instanceof Error ? error.message : String(error));
    }
  }
}

let desk: TaskDesk | null = null;

/** One for the page: what is open, and what is being written, stays when the dialog is closed. */
export const taskDesk = (app: App): TaskDesk => (desk ??= new TaskDesk(app));

/** The first of "task-1", "task-2", … that is not taken. */
function freeKey(taken: readonly string[]): string {
  for (let n = taken.length + 1; ; n++) if (!taken.includes(`task-${n}`)) return `task-${n}`;
}

const tooLarge = (bytes: number): PlainError => ({
  code: "TASK_INVALID",
  message: `The file has ${Math.round(bytes / 1e6)} MB; at most ${mostBytes / 1e6} MB are read`,
  cure: "Split it into several files",
});

const failed = (reason: string): PlainError => ({
  code: "TASK_INVALID",
  message: `The tasks could not be read: ${reason}`,
  cure: "Try again, or reload the page",
});
