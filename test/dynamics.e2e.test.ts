/** How a run goes wrong, as the page shows it: a collapse, what is forgotten; and a run taken elsewhere. */
import { readFileSync } from "node:fs";
import { strFromU8, unzipSync } from "fflate";
import { expect, test, vi } from "vitest";
import { freshContexts, openPage, paused, small, untilUpdate, violations } from "./page";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const site = freshContexts();
const collapsing = `${small}&maxNewTokens=24&optimizer.learningRate=0.3&collapse.window=2&evaluation.plain=4`;

test("a collapse is told in plain words and marked on its curve; plain texts have a curve; axe finds nothing", async () => {
  const { page, problems } = await openPage(site.context, collapsing);
  await paused(page, "grade");
  const notice = page.getByRole("alert").filter({ hasText: "RUN_COLLAPSED" });
  for (let update = 1; update <= 8 && (await notice.count()) === 0; update++) {
    await page.keyboard.press(".");
    await untilUpdate(page, update);
    await paused(page, "update");
  }
  await expect.poll(() => notice.textContent()).toMatch(/collapsed at update \d+: .+ lower learning rate/);
  await page.getByRole("button", { name: "More curves" }).click();
  await page.getByText("×: a collapse").first().waitFor();
  expect(await page.locator('.curve path[d*="l8 8m0 -8l-8 8"]').count()).toBeGreaterThan(0);
  expect(await page.getByRole("img", { name: /Collapsed at update \d+/ }).count()).toBeGreaterThan(0);
  const plain = page.locator(".curve").filter({ hasText: "perplexity of plain text" });
  await plain.locator("strong").filter({ hasText: /\d/ }).waitFor();
  await plain.getByRole("button", { name: /\d/ }).first().click();
  await page.getByText("exp of the mean −ln p").first().waitFor();
  await page.keyboard.press("Escape");
  expect(await violations(page)).toEqual([]);
  expect(problems).toEqual([]);
});

test("a stored run is exported for TRL", async () => {
  const { page, problems } = await openPage(site.context);
  await paused(page, "grade");
  await page.keyboard.press(".");
  await untilUpdate(page, 1);
  await paused(page, "update");
  await page.getByRole("button", { name: /runs/i }).first().click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export for TRL" }).first().click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^herl-trl-[0-9a-f]{8}\.zip$/);
  const files = unzipSync(readFileSync(await download.path()));
  expect(strFromU8(files["README.md"])).toContain("A HeRL Playground run, for TRL");
  expect(problems).toEqual([]);
});
