import { describe, expect, test } from "vitest";
import { itemFailures, type FailureLine, type UpdateFailures } from "./failures";
import { rate } from "./intervals";

type Status = FailureLine["draft"]["status"];
const line = (
  key: string,
  [draft, revision]: [Status, Status | null],
  more: Partial<FailureLine> = {},
): FailureLine => ({
  ...{ task: "t", key, text: `${key}!`, unmet: 1, unknown: [] },
  draft: { text: "a draft", status: draft },
  revision: revision && { text: "a revision", status: revision, joined: true },
  ...more,
});
const update = (step: number, satisfied: Record<string, number>, ...failures: FailureLine[]) => ({
  ...{ step, satisfied, failures },
});

describe("what items fail", () => {
  // By hand: a is missed by 1, 1/2 and 1/4 in three of twenty updates, the first and the last tenth being two each.
  const quiet = Array.from({ length: 20 }, (_, i): UpdateFailures => update(i + 1, {}));
  const updates = quiet.with(0, update(1, { a: 0, b: 1 })).with(9, update(10, { a: 0.5 }));
  const all = updates.with(18, update(19, { a: 0.75 }));

  test("rates are means over updates; tenths are of the whole run", () => {
    const [a, b] = itemFailures(all);
    expect(a).toMatchObject({ key: "a", updates: 3, first: 1, last: 0.25 });
    expect(a.missed).toBeCloseTo(1.75 / 3, 12);
    expect(a.satisfied).toEqual([
      { step: 1, share: 0 },
      { step: 10, share: 0.5 },
      { step: 19, share: 0.75 },
    ]);
    expect(b).toMatchObject({ key: "b", text: "b", updates: 1, missed: 0, first: 0, last: null, unmet: 0 });
  });

  test("the most missed item comes first; an item that nobody could grade has no rate, but its reasons", () => {
    const unknown = { unmet: 0, unknown: ["slow", "no answer"] };
    const [known, silent] = itemFailures([
      update(1, { z: 0.9 }, line("y", ["unknown", null], unknown)),
      update(2, {}, line("y", ["unknown", null], { unmet: 0, unknown: ["no answer"] })),
    ]);
    expect(known.key).toBe("z");
    expect(silent).toMatchObject({ key: "y", text: "y!", updates: 0, missed: null, unmet: 0 });
    expect(silent.unknown).toEqual([
      { reason: "no answer", groups: 2 },
      { reason: "slow", groups: 1 },
    ]);
  });

  test("revisions: mended, missed again, lost; those that say nothing do not count", () => {
    const [item] = itemFailures([
      update(
        1,
        { a: 0.5 },
        line("a", ["unmet", "satisfied"], { unmet: 3 }),
        line("a", ["unmet", "satisfied"]),
        line("a", ["unmet", "unmet"]),
        line("a", ["satisfied", "unmet"]),
        line("a", ["satisfied", "satisfied"]),
        line("a", ["unmet", "unknown"]),
        line("a", ["unknown", "satisfied"]),
        line("a", ["unmet", null]),
      ),
    ]);
    expect(item.fixed).toEqual(rate(2, 3));
    expect(item).toMatchObject({ broken: 1, unmet: 10 });
  });

  test("examples: the latest of each outcome, at most a few", () => {
    const steps = [1, 2, 3, 4, 5];
    const [item] = itemFailures(
      steps.map((step) => update(step, {}, line("a", ["unmet", "satisfied"]), line("a", ["unmet", "unmet"]))),
    );
    expect(item.examples.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      ...["5 fixed", "4 fixed", "3 fixed"],
      ...["5 missed", "4 missed"],
    ]);
    expect(item.examples[0]).toMatchObject({
      draft: "a draft",
      revision: "a revision",
      text: "a!",
      joined: true,
    });
  });

  test("of no update there is nothing", () => {
    expect(itemFailures([])).toEqual([]);
  });
});
