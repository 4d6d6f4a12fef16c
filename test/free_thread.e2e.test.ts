/** The page's thread is free while workers compute: measured, so nothing else may run beside it. */
import type { Page } from "playwright-core";
import { describe, expect, test, vi } from "vitest";
import { field, freshContexts, openPage, paused, small, statusOf, toyIsDone } from "./page";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const site = freshContexts();

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the thread's own time: what others did on the machine meanwhile is not in it. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Milliseconds of processor time of the longest tasks of the page's thread during `work`, longest first. */
async function longestTasks(page: Page, work: () => Promise<void>): Promise<number[]> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ["toplevel"] });
  await work();
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const main = new Set(
    trace.traceEvents
      .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
      .map(thread),
  );
  return trace.traceEvents
    .filter((event) => event.ph === "X" && event.name.endsWith("RunTask") && main.has(thread(event)))
    .map(({ tdur }) => tdur! / 1000)
    .sort((a, b) => b - a);
}

/**
 * No task over 50 ms. One may be: a processor that is shared counts what its caches lost, and the collector of garbage
 * comes when it likes.
 */
function expectFreeThread(tasks: readonly number[]): void {
  expect(tasks.length).toBeGreaterThan(20);
  expect(tasks[0]).toBeLessThan(100);
  expect(tasks[1]).toBeLessThan(50);
}

describe("no task keeps the page waiting", () => {
  test("while it trains and evaluates", async () => {
    const { page, problems } = await openPage(
      site.context,
      "?backend=cpu&evaluation.heldout=8&evaluation.close=8&evaluation.ood=8&evaluation.every=5",
    );
    await paused(page);
    await page.waitForTimeout(500);
    const tasks = await longestTasks(page, async () => {
      for (const key of ["]", "]", "Space"]) await page.keyboard.press(key);
      await expect.poll(() => statusOf(page).textContent()).toMatch(/Training|Evaluating/);
      await page.waitForTimeout(5000);
      await page.getByRole("button", { name: "Pause" }).click();
      await paused(page);
    });
    expectFreeThread(tasks);
    expect(await field(page, "update")).toBeGreaterThanOrEqual(2);
    expect(problems).toEqual([]);
  });

  test("while the toy of the theory learns", async () => {
    const { page, problems } = await openPage(
      site.context,
      `${small}&evaluation.every=0&analyzeEvery=1&view=theory`,
    );
    await paused(page);
    await toyIsDone(page);
    const tasks = await longestTasks(page, async () => {
      await page.getByRole("slider", { name: "seed" }).focus();
      await page.keyboard.press("ArrowRight");
      await page.waitForTimeout(300);
      await toyIsDone(page);
    });
    expectFreeThread(tasks);
    expect(problems).toEqual([]);
  });
});
