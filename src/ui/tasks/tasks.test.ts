import { expect, test } from "vitest";
import { loadRegistry } from "../../rubric/verifiers/all";
import type { Task } from "../../rubric/schema";
import { draftOf, fieldsOf, itemsOf, moved, newDraft, newItem, recordOf } from "./rubric_draft";
import { taskDocument } from "./task_document";
import { taskWork } from "./task_work";
import { readValue, shownValue } from "./verifier_list";

const registry = await loadRegistry();
const work = taskWork(registry);
const list = work.verifiers();
const verifiers = new Map(list.map((info) => [info.id, info]));

test("every verifier starts from parameters that it takes, and says its rule with them", () => {
  expect(list.map(({ id }) => id)).toEqual([...registry.keys()].sort());
  expect(list.filter(({ sentence }) => sentence === null).map(({ id }) => id)).toEqual([]);
  for (const { id, example } of list) expect(registry.get(id)!.validateKwargs(example), id).toBeNull();
});

test("parameters pass through the fields that show them", () => {
  for (const info of list)
    for (const field of info.fields) {
      const value = info.example[field.name];
      expect(readValue(field, shownValue(field, value)), `${info.id} ${field.name}`).toEqual(value);
    }
  const { fields } = verifiers.get("keywords:frequency")!;
  const [keyword, frequency] = fields;
  expect([keyword.kind, frequency.kind, fields[2].choices]).toEqual([
    "text",
    "integer",
    ["less than", "at least"],
  ]);
  expect(readValue(frequency, "many")).toBe("many");
  expect(readValue(frequency, "")).toBeUndefined();
});

const task: Task = {
  id: "tides",
  prompt: "Explain the tides.",
  rubric: [
    {
      text: "It names the moon.",
      weight: 2,
      polarity: "want",
      check: { by: "code", verifier: "keywords:existence", kwargs: { keywords: ["moon", "sea, and shore"] } },
    },
    { text: "It is rude.", weight: 0.5, polarity: "avoid", check: { by: "judge" } },
  ],
  reference: "The moon pulls the sea.",
  rejected: "Wind.",
};

test("a task passes through its draft, and through the document that is exported", () => {
  expect(work.check(recordOf(draftOf(task, verifiers), verifiers))).toEqual({ task });
  const read = work.read(taskDocument([task]));
  expect([read.tasks, read.problems, read.kinds]).toEqual([[task], [], [["our own", 1]]]);
  expect([read.code, read.judged, read.undecidable]).toEqual([1, 1, 0]);
  expect(work.unpack(read.lines)).toEqual(work.pack([task]));
});

test("a verifier that is not known keeps its parameters, and is counted as undecidable", () => {
  const check = { by: "code", verifier: "no:such", kwargs: { n: 1 } } as const;
  const odd: Task = { ...task, rubric: [{ ...task.rubric[0], check }] };
  expect(itemsOf(draftOf(odd, verifiers), verifiers)[0].check).toEqual(check);
  expect(work.pack([odd]).undecidable).toBe(1);
});

test("what is wrong with a draft is told by field, in plain words", () => {
  const draft = newDraft("");
  const code = {
    ...newItem(),
    text: "x",
    weight: "",
    by: "code" as const,
    verifier: "length_constraints:number_words",
  };
  const told = (items: typeof draft.items) => {
    const result = work.check(recordOf({ ...draft, items }, verifiers));
    return "faults" in result ? result.faults.map(({ field, what }) => `${field}: ${what}`) : [];
  };
  expect(told(draft.items)).toEqual([
    "key: it is empty",
    "prompt: it is empty",
    "rubric.0.text: it is empty",
  ]);
  expect(told([code]).at(-1)).toBe("rubric.0.weight: it is no number");
  expect(told([{ ...code, weight: "-1" }]).at(-1)).toMatch(/^rubric.0.weight: must be above 0/);
  const named = { ...draft, key: "a", prompt: "b", items: [{ ...code, weight: "1" }] };
  expect(work.check(recordOf(named, verifiers))).toMatchObject({
    faults: [{ field: "rubric.0.check.kwargs.num_words", what: expect.stringContaining("missing") }],
  });
  const { example } = verifiers.get(code.verifier)!;
  const filled = { ...named.items[0], fields: fieldsOf(verifiers.get(code.verifier), example) };
  expect(work.check(recordOf({ ...named, items: [filled] }, verifiers))).toHaveProperty("task");
});

test("grading follows what is typed, item by item", () => {
  const draft = draftOf(task, verifiers);
  const grade = (words: string) => {
    const [item, ...others] = draft.items;
    const items = [{ ...item, fields: { keywords: words } }, ...others];
    const verdicts = work.grade(itemsOf({ ...draft, items }, verifiers), ["The moon pulls."]);
    return verdicts[0].map(({ status }) => status);
  };
  expect(grade("moon")).toEqual(["satisfied", "unknown"]);
  expect(grade("moon\nsun")).toEqual(["unmet", "unknown"]);
  expect(grade("")).toEqual(["unknown", "unknown"]);
});

test("items move, and stop at the ends", () => {
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], 2, 1)).toEqual(["a", "b", "c"]);
  expect(moved(["a", "b", "c"], 1, -1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], 0, -1)).toEqual(["a", "b", "c"]);
});
