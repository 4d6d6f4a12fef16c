import { describe, expect, test } from "vitest";
import {
  attemptAt,
  attemptTree,
  attemptTreeTable,
  attemptTreeText,
  itemChanges,
  type AttemptTreeData,
  type DrawnAttempt,
} from "./attempt_tree";
import { serialize } from "./serialize";

const snapshot = (name: string) => `../../test/snapshots/attempt-tree-${name}.svg`;

const made = (tokens: number, items: string, other: Partial<DrawnAttempt> = {}): DrawnAttempt => {
  const status = { "+": "satisfied", "-": "unmet", "?": "unknown" } as const;
  const verdicts = [...items].map((sign) => status[sign as keyof typeof status]);
  const met = verdicts.filter((verdict) => verdict === "satisfied").length;
  const reward = verdicts.includes("unknown") ? null : met / verdicts.length;
  return {
    parent: null,
    fork: null,
    forced: null,
    tokens,
    items: verdicts,
    reward,
    passed: reward === 1,
    ...other,
  };
};

const searches: Record<AttemptTreeData["strategy"], readonly DrawnAttempt[]> = {
  stochastic: [made(20, "--"), made(12, "+-"), made(31, "-?")],
  entropy: [
    made(20, "--"),
    made(24, "+-", { parent: 0, fork: 9, forced: "red" }),
    // Shares its first five tokens with the first attempt, though it forks the second.
    made(18, "--", { parent: 1, fork: 5, forced: "a very long token" }),
    made(22, "++", { parent: 1, fork: 14, forced: "." }),
  ],
  guided: [
    made(20, "--"),
    made(24, "+-", { parent: 0 }),
    made(25, "-+", { parent: 1 }),
    made(26, "++", { parent: 2 }),
  ],
};

describe.each(["stochastic", "entropy", "guided"] as const)("%s", (strategy) => {
  const data = { strategy, attempts: searches[strategy] };

  test("picture", async () => {
    const svg = serialize(attemptTree(data, 420, { selected: 1 }));
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    await expect(svg).toMatchFileSnapshot(snapshot(strategy));
  });

  test("nothing found yet, and a narrow page", () => {
    for (const picture of [attemptTree({ strategy, attempts: [] }, 420), attemptTree(data, 120)])
      expect(serialize(picture)).not.toMatch(/NaN|undefined|Infinity/);
  });
});

test("what became of each item", () => {
  expect(itemChanges(searches.guided, 0)).toEqual(["missed", "missed"]);
  expect(itemChanges(searches.guided, 2)).toEqual(["lost", "gained"]);
  expect(itemChanges(searches.guided, 3)).toEqual(["gained", "met"]);
  expect(itemChanges(searches.stochastic, 2)).toEqual(["missed", "unknown"]);
});

test("a fork hangs on the line in which the token before it is drawn", () => {
  const { children } = attemptTree({ strategy: "entropy", attempts: searches.entropy }, 420);
  const verticals = children.flatMap((child) =>
    typeof child !== "string" && child.tag === "line" && child.attributes["x1"] === child.attributes["x2"]
      ? [child.attributes]
      : [],
  );
  const rowOf = (y: string) => attemptAt(Number(y), 4);
  // The first is the root's; the third attempt's fork of the second hangs on the first.
  expect(verticals.slice(1).map(({ y1, y2 }) => [rowOf(y1), rowOf(y2)])).toEqual([
    [0, 1],
    [0, 2],
    [1, 3],
  ]);
});

test("words and numbers", () => {
  const guided = { strategy: "guided", attempts: searches.guided } as const;
  expect(attemptTreeText(guided).summary).toBe(
    "4 attempts; attempt 4 satisfies every item. Against their parents, attempts gained 3 items and lost 1.",
  );
  const stochastic = { strategy: "stochastic", attempts: searches.stochastic } as const;
  expect(attemptTreeText(stochastic).summary).toBe(
    "3 attempts; none satisfies every item, best reward 0.50.",
  );
  expect(attemptTreeTable({ strategy: "entropy", attempts: searches.entropy }).rows[1]).toEqual([
    ...[2, 1, 10, "red", 24, 0.5, 1, 1, 0],
  ]);
});

test("a row is found by its height", () => {
  expect([19, 20, 46, 47, 20 + 4 * 27].map((y) => attemptAt(y, 4))).toEqual([null, 0, 0, 1, null]);
});
