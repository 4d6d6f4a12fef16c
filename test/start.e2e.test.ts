/** A second stage on the page: a run that starts from the adapter of a stored one. */
import { expect, test, vi } from "vitest";
import { freshContexts, openPage, paused, violations } from "./page";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const site = freshContexts();
const query =
  "?preset=steps&method=exprl&groups=2&rollouts=3&backend=cpu&evaluation.every=0&analyzeEvery=0&maxNewTokens=60";

test("a stored run is started from with another method, and left again", async () => {
  const { page, problems } = await openPage(site.context, query);
  await paused(page);
  await page.keyboard.press(".");
  await paused(page, "update");
  await page.getByRole("button", { name: "Runs", exact: true }).click();
  await page.getByRole("button", { name: "Start from it" }).click();
  await paused(page);
  const controls = page.getByRole("region", { name: "Controls" });
  expect(await controls.textContent()).toContain("starts from ExpRL, seed 0");
  await page.getByLabel("RLVR", { exact: true }).check({ force: true });
  // The run before it waits at the same phase: it is the method's eight responses that tell them apart.
  await page.locator("tr:has(> td.bar) > th", { hasText: /^8$/ }).waitFor();
  await paused(page);
  expect(await controls.textContent()).toContain("starts from ExpRL, seed 0");
  await page.keyboard.press(".");
  await paused(page, "update");

  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.getByRole("button", { name: "Runs", exact: true }).click();
  const list = page.getByRole("dialog", { name: "Stored runs" });
  await list.getByText("on another run's adapter").waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Escape");

  await controls.getByRole("button", { name: "Start from the bare model" }).click();
  await expect.poll(() => controls.textContent()).not.toContain("starts from");
  await paused(page);
  expect(problems).toEqual([]);
});
