/** Searching with the policy of an open run: what the page's Explore asks for, in Node. */
import { expect, test } from "vitest";
import { Driver } from "../src/runs/driver";
import { exploreCommands, type SearchProgress } from "../src/runs/explore_commands";
import type { MetricsRow } from "../src/runs/metrics";
import type { RunEvent, StepView } from "../src/runs/protocol";
import { pocketBytes, smallConfig } from "./pocket";

const bytes = await pocketBytes();
const config = smallConfig([["evaluation.every", "0"]]);

function openDriver() {
  const events: RunEvent[] = [];
  const driver = new Driver({
    gpu: undefined,
    emit: (event) => void events.push(structuredClone(event)),
    store: Promise.resolve(null),
    loadModel: () => Promise.resolve(bytes),
    lock: () => Promise.resolve(() => {}),
  });
  const commands = exploreCommands({
    run: () => driver.run,
    exclusive: (work) => driver.exclusive(work),
  });
  const steps = () => events.flatMap((event) => (event.type === "step" ? [event.view] : []));
  const rows = () => events.flatMap((event) => (event.type === "metrics" ? [event.row] : []));
  /** Runs to the end of a phase. */
  const phase = async () => {
    const before = steps().length + rows().length;
    driver.stepPhase();
    await expect.poll(() => steps().length + rows().length, { interval: 5 }).toBeGreaterThan(before);
    await driver.exclusive(() => Promise.resolve());
  };
  return { driver, commands, steps, rows, phase };
}

const request = { strategy: "guided", attempts: 4, draw: 0 } as const;
const first = { kind: "split", split: "heldout", index: 0 } as const;
const ignore = () => {};
const numbersOf = ({ step_time: _time, ...row }: MetricsRow) => row;

test("an update with searches between all its phases has the digest of one without", async () => {
  const [quiet, searching] = [openDriver(), openDriver()];
  for (const { driver, steps } of [quiet, searching]) {
    await driver.open({ config, backend: "cpu" });
    await expect.poll(() => steps().at(-1)?.phase).toBe("grade");
  }
  let searches = 0;
  for (const { rows, phase, commands } of [quiet, searching])
    while (rows().length === 0) {
      if (commands === searching.commands)
        for (const strategy of ["stochastic", "entropy", "guided"] as const) {
          const found = await commands.searchOne(first, { ...request, strategy }, ignore);
          if (!found || "problem" in found) throw new Error("it searches");
          searches++;
        }
      await phase();
    }
  expect(searches).toBeGreaterThanOrEqual(3 * 6);
  expect(searching.rows().map(numbersOf)).toEqual(quiet.rows().map(numbersOf));
  const updated = (steps: () => StepView[]) => steps().find(({ phase }) => phase === "update");
  expect(updated(searching.steps)).toEqual(updated(quiet.steps));
});

test("searches on an instruction of the update, of a split, and of the reader's own", async () => {
  const { driver, commands, steps } = openDriver();
  await driver.open({ config, backend: "cpu" });
  await expect.poll(() => steps().at(-1)?.phase).toBe("grade");
  const [{ groups }] = steps();
  const { id, prompt } = groups[1].task;
  const own = await commands.searchOne({ kind: "update", step: 1, id }, request, ignore);
  expect(own).toMatchObject({ task: { id, prompt }, strategy: "guided" });
  const again = await commands.searchOne({ kind: "update", step: 1, id }, request, ignore);
  expect(again).toEqual(own);
  const other = await commands.searchOne({ kind: "update", step: 1, id }, { ...request, draw: 1 }, ignore);
  expect(other).not.toEqual(own);

  const topic = { animal: "fox", place: "lake" };
  const constraints = [{ family: "noComma" as const, kwargs: {} }];
  const composed = await commands.searchOne({ kind: "composed", topic, constraints }, request, ignore);
  expect(composed).toMatchObject({ items: [{ verifier: "punctuation:no_comma" }] });

  for (const subject of [
    { kind: "update", step: 1, id: "another" },
    { kind: "composed", topic: { animal: "unicorn", place: "lake" }, constraints },
  ] as const)
    expect(await commands.searchOne(subject, request, ignore)).toMatchObject({
      problem: { code: "TASK_INVALID" },
    });
});

test("many instructions: rates by k, progress, and an end when it is cancelled", async () => {
  const { driver, commands, steps } = openDriver();
  expect(await commands.searchMany({ split: "close", count: 2 }, request, ignore)).toMatchObject({
    problem: { code: "RUN_MISSING" },
  });
  await driver.open({ config, backend: "cpu" });
  await expect.poll(() => steps().at(-1)?.phase).toBe("grade");
  const told: SearchProgress[] = [];
  const found = await commands.searchMany({ split: "heldout", count: 40 }, request, (now) => told.push(now));
  if (!found || "problem" in found) throw new Error("it searches");
  expect(found.rows.map(({ k, passRate }) => [k, passRate.of])).toEqual([1, 2, 3, 4].map((k) => [k, 40]));
  expect(told.at(-1)).toEqual({ done: 160, of: 160 });
  expect(told.every(({ done }, i) => i === 0 || done >= told[i - 1].done)).toBe(true);

  let calls = 0;
  const [under, waiting] = [0, 1].map(() =>
    commands.searchMany({ split: "heldout", count: 400 }, request, () => {
      if (calls++ === 3) commands.cancelSearches();
    }),
  );
  expect([await under, await waiting]).toEqual([null, null]);
  expect(calls).toBeLessThan(200);
  // What is asked later is answered.
  expect(await commands.searchOne(first, request, ignore)).toMatchObject({ strategy: "guided" });
});
