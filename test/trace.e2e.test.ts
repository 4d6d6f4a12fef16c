/** A response that was scored against its reference, on the page. */
import { expect, test, vi } from "vitest";
import { freshContexts, openPage, paused, violations } from "./page";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const site = freshContexts();
const query =
  "?preset=steps&method=exprl&groups=2&backend=cpu&evaluation.every=0&analyzeEvery=0&maxNewTokens=80";

test("shows its segments with scores and advantages, and the reference's checkpoints", async () => {
  const { page, problems } = await openPage(site.context, query);
  await paused(page);
  await page.keyboard.press(".");
  await paused(page, "update");

  const trace = page.getByRole("region", { name: "Segment by segment" });
  await trace.waitFor();
  const checkpoints = await trace.locator(".checkpoints code").allTextContents();
  expect(checkpoints.length).toBeGreaterThanOrEqual(5);
  expect(checkpoints.at(-1)).toMatch(/^Answer: \d+$/);
  expect(await page.locator("h2#instruction").textContent()).toMatch(/ · Take the (larger|smaller)\. · /);

  for (const index of [1, 2]) {
    await trace.getByLabel("response").selectOption(String(index - 1));
    const rows = trace.locator("tbody tr");
    const segments = await rows.locator("code").allTextContents();
    const cell = await page.locator("tbody tr", { hasText: segments[0] }).first().textContent();
    expect(cell).toContain(segments[0]);
    for (let t = 0; t < segments.length; t++) {
      const row = rows.nth(t);
      const score = Number(await row.locator("td.number").textContent());
      expect([0, 0.25, 0.5, 0.75, 1]).toContain(score);
      // Exactly what is against the reference, or leads away from it, scores below a half.
      expect(await row.locator(".contradicts").count()).toBe(score < 0.5 ? 1 : 0);
      expect(await row.locator(".value").textContent()).toMatch(/^[+−]?[01]\.\d\d$/);
    }
  }

  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(await violations(page)).toEqual([]);
  expect(problems).toEqual([]);
});
