import { expect, test } from "vitest";
import { codeGrader } from "./code_grader";
import type { ItemCheck, RubricItem, Task } from "./schema";
import { englishRegistry } from "./verifiers/registry";
import type { Kwargs } from "./verifiers/verifier";

const grader = codeGrader(englishRegistry);

const code = (verifier: string, kwargs: Kwargs): ItemCheck => ({ by: "code", verifier, kwargs });
const item = (check: ItemCheck, polarity: RubricItem["polarity"] = "want"): RubricItem => ({
  text: "An item.",
  weight: 1,
  polarity,
  check,
});
const task = (...rubric: RubricItem[]): Task => ({ id: "t", prompt: "Write.", rubric });

test("decides code items, in order; an absent pitfall is satisfied", async () => {
  const key = code("keywords:existence", { keywords: ["key"] });
  const rubric = task(item(key), item(key, "avoid"), item(code("punctuation:no_comma", {})));
  expect(await grader.grade(rubric, "A key, a door.")).toEqual([
    { status: "satisfied" },
    { status: "unmet" },
    { status: "unmet" },
  ]);
  expect(await grader.grade(rubric, "A door.")).toEqual([
    { status: "unmet" },
    { status: "satisfied" },
    { status: "satisfied" },
  ]);
});

test("answers unknown, with a reason, for what it cannot decide", async () => {
  const verdicts = await grader.grade(
    task(
      item({ by: "judge" }),
      item(code("keywords:no_such_rule", {})),
      item(code("keywords:frequency", { keyword: "key", frequency: "two", relation: "at least" })),
    ),
    "A key.",
  );
  expect(verdicts.map((verdict) => verdict.status)).toEqual(["unknown", "unknown", "unknown"]);
  expect(verdicts.map((verdict) => "reason" in verdict && verdict.reason)).toEqual([
    expect.stringContaining("judge"),
    expect.stringContaining("keywords:no_such_rule"),
    expect.stringContaining("frequency: "),
  ]);
});

test("a blank response follows no code rule, and has no pitfall", async () => {
  const rubric = task(
    item(code("punctuation:no_comma", {})),
    item(code("punctuation:no_comma", {}), "avoid"),
  );
  expect(await grader.grade(rubric, " \n")).toEqual([{ status: "unmet" }, { status: "satisfied" }]);
});

test("rejects when aborted", async () => {
  await expect(grader.grade(task(item({ by: "judge" })), "", AbortSignal.abort())).rejects.toThrow();
});
