import { writtenResponses, type RubricItem, type Task } from "../../rubric/schema";
import type { Kwargs } from "../../rubric/verifiers/verifier";
import { readValue, shownValue, type VerifierInfo } from "./verifier_list";

/** An item as it is being written: fields hold what was typed, right or wrong. */
export interface ItemDraft {
  /** Tells the items of a draft apart while they move. */
  readonly id: number;
  readonly text: string;
  readonly weight: string;
  readonly polarity: RubricItem["polarity"];
  readonly by: "code" | "judge";
  readonly verifier: string;
  /** What was typed for each parameter. */
  readonly fields: Readonly<Record<string, string>>;
  /** Parameters of a verifier that is not known, as they came. */
  readonly kwargs: Kwargs;
}

export interface TaskDraft {
  readonly key: string;
  readonly prompt: string;
  readonly items: readonly ItemDraft[];
  /** Its reference and its rejected response, as they came. */
  readonly written?: Pick<Task, "reference" | "rejected">;
}

/** Verifiers by id. */
export type Verifiers = ReadonlyMap<string, VerifierInfo>;

export const byId = (verifiers: readonly VerifierInfo[]): Verifiers =>
  new Map(verifiers.map((info) => [info.id, info]));

let ids = 0;

export const newItem = (): ItemDraft => ({
  ...{ id: ++ids, text: "", weight: "1", polarity: "want", by: "judge" },
  ...{ verifier: "", fields: {}, kwargs: {} },
});

export const newDraft = (key: string, prompt = ""): TaskDraft => ({ key, prompt, items: [newItem()] });

/** A task to be changed. */
export const draftOf = (task: Task, verifiers: Verifiers): TaskDraft => ({
  ...{ key: task.id, prompt: task.prompt, written: writtenResponses(task) },
  items: task.rubric.map(({ text, weight, polarity, check }) => ({
    ...newItem(),
    ...{ text, weight: String(weight), polarity, by: check.by },
    ...(check.by === "code" && {
      ...{ verifier: check.verifier, kwargs: check.kwargs },
      fields: fieldsOf(verifiers.get(check.verifier), check.kwargs),
    }),
  })),
});

/** Parameters as a verifier's fields show them. */
export const fieldsOf = (info: VerifierInfo | undefined, kwargs: Kwargs): Record<string, string> =>
  Object.fromEntries(info?.fields.map((field) => [field.name, shownValue(field, kwargs[field.name])]) ?? []);

/** The parameters that an item's fields say. */
export function kwargsOf({ verifier, fields, kwargs }: ItemDraft, verifiers: Verifiers): Kwargs {
  const info = verifiers.get(verifier);
  if (!info) return kwargs;
  return Object.fromEntries(
    info.fields
      .map((field) => [field.name, readValue(field, fields[field.name] ?? "")] as const)
      .filter(([, value]) => value !== undefined),
  );
}

/** The items as they stand, to grade by: a weight that is none is not a number. */
export const itemsOf = ({ items }: TaskDraft, verifiers: Verifiers): RubricItem[] =>
  items.map((item) => ({
    ...{ text: item.text.trim(), polarity: item.polarity },
    weight: item.weight.trim() === "" ? NaN : Number(item.weight),
    check:
      item.by === "judge"
        ? { by: "judge" }
        : { by: "code", verifier: item.verifier, kwargs: kwargsOf(item, verifiers) },
  }));

/** The draft as a record of our own format, to be checked. */
export const recordOf = (draft: TaskDraft, verifiers: Verifiers) => ({
  ...{ key: draft.key.trim(), prompt: draft.prompt.trim() },
  rubric: itemsOf(draft, verifiers),
  ...draft.written,
});

/** The items with one moved by so many places, as far as it goes. */
export function moved<T>(items: readonly T[], from: number, by: number): T[] {
  const to = Math.min(items.length - 1, Math.max(0, from + by));
  const others = items.filter((_, i) => i !== from);
  return [...others.slice(0, to), items[from], ...others.slice(to)];
}
