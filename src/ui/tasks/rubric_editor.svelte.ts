import type { Task, Verdict } from "../../rubric/schema";
import type { Fault } from "../../worlds/task_files/problem";
import { fieldsOf, itemsOf, kwargsOf, moved, newItem, recordOf } from "./rubric_draft";
import type { ItemDraft, TaskDraft, Verifiers } from "./rubric_draft";
import { taskThread } from "./task_thread";

interface EditorOptions {
  readonly draft: TaskDraft;
  readonly verifiers: Verifiers;
  /** Keys that other tasks of the file have. */
  readonly taken: readonly string[];
  /** The key of the task that is changed; null for a new one. */
  readonly replaced: string | null;
}

/** A task that is being written: its fields, what is wrong with them, and what its code items make of responses. */
export class RubricEditorState {
  draft: TaskDraft = $state.raw({ key: "", prompt: "", items: [] });
  faults: readonly Fault[] = $state.raw([]);
  /** The task that the draft is; null while something is wrong with it. */
  task: Task | null = $state.raw(null);
  /** Each code item's rule in the verifier's words, by the item's id. */
  sentences: Readonly<Record<number, string>> = $state.raw({});
  isChanged = $state(false);
  readonly verifiers: Verifiers;
  readonly replaced: string | null;
  private readonly taken: readonly string[];
  private asked = 0;

  constructor({ draft, verifiers, taken, replaced }: EditorOptions) {
    [this.verifiers, this.taken, this.replaced] = [verifiers, taken, replaced];
    this.draft = draft;
    void this.check();
  }

  /** What is wrong with a field, `rubric.0.weight` for instance, or below it; null when nothing is. */
  faultOf(field: string): string | null {
    const fault = this.faults.find((f) => f.field === field || f.field.startsWith(`${field}.`));
    return fault ? sentence(fault.what) : null;
  }

  set(changes: Partial<TaskDraft>): void {
    this.draft = { ...this.draft, ...changes };
    this.isChanged = true;
    void this.check();
  }

  setItem(id: number, changes: Partial<ItemDraft>): void {
    this.set({ items: this.draft.items.map((item) => (item.id === id ? { ...item, ...changes } : item)) });
  }

  /** Another verifier: its example parameters, and its words unless others were written. */
  async setVerifier(item: ItemDraft, verifier: string): Promise<void> {
    const info = this.verifiers.get(verifier);
    const isOwnText = item.text.trim() !== "" && item.text !== this.sentences[item.id];
    this.setItem(item.id, {
      ...{ verifier, kwargs: {}, fields: fieldsOf(info, info?.example ?? {}) },
      ...(!isOwnText && info?.sentence && { text: info.sentence }),
    });
    await this.check();
  }

  /** A parameter; the text follows as long as it is the verifier's own. */
  async setField(item: ItemDraft, name: string, value: string): Promise<void> {
    const followed = item.text === this.sentences[item.id];
    const changed = { ...item, fields: { ...item.fields, [name]: value } };
    this.setItem(item.id, { fields: changed.fields });
    if (!followed) return;
    const words = await taskThread().describe(item.verifier, kwargsOf(changed, this.verifiers));
    const now = this.draft.items.find(({ id }) => id === item.id);
    if (words !== null && now?.fields === changed.fields) {
      this.sentences = { ...this.sentences, [item.id]: words };
      this.setItem(item.id, { text: words });
    }
  }

  /** Adds an item after another one, or at the end. Returns its id. */
  add(after?: number): number {
    const { items } = this.draft;
    const item = newItem();
    const at = after === undefined ? items.length : items.findIndex(({ id }) => id === after) + 1;
    this.set({ items: [...items.slice(0, at), item, ...items.slice(at)] });
    return item.id;
  }

  remove(id: number): void {
    this.set({ items: this.draft.items.filter((item) => item.id !== id) });
  }

  move(id: number, by: number): void {
    const { items } = this.draft;
    const at = items.findIndex((item) => item.id === id);
    this.set({ items: moved(items, at, by) });
  }

  /** Verdicts of the code items, by response and item. */
  grade(responses: readonly string[]): Promise<Verdict[][]> {
    return taskThread().grade(itemsOf(this.draft, this.verifiers), responses);
  }

  private async check(): Promise<void> {
    const asked = ++this.asked;
    const { draft, verifiers } = this;
    const record = recordOf(draft, verifiers);
    const [result, words] = await Promise.all([
      taskThread().check(record),
      Promise.all(
        draft.items.map(async (item) => [
          item.id,
          item.by === "code" ? await taskThread().describe(item.verifier, kwargsOf(item, verifiers)) : null,
        ]),
      ),
    ]);
    if (asked !== this.asked) return;
    const repeated = this.taken.includes(record.key) ? [alreadyTaken] : [];
    const faults = [...repeated, ...("faults" in result ? result.faults : [])];
    this.faults = faults;
    this.task = "task" in result && faults.length === 0 ? result.task : null;
    // While parameters are wrong the verifier has no words: the last ones stay, so that the text can go on following.
    const known = Object.fromEntries(words.filter(([, text]) => text !== null)) as Record<number, string>;
    this.sentences = { ...this.sentences, ...known };
  }
}

const alreadyTaken: Fault = {
  field: "key",
  what: "another task of the file has this key",
  cure: "Give the task a key of its own",
};

const sentence = (text: string): string =>
  `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
