/** The view Explore of the built page, as people use it. */
import type { Page } from "playwright-core";
import { describe, expect, test, vi } from "vitest";
import { field, freshContexts, openPage, paused, untilUpdate, violations, type WatchedPage } from "./page";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const site = freshContexts();
const soon = { timeout: 30_000 };

const panel = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const searching = (page: Page) => page.getByRole("button", { name: "Cancel" });
const attempts = (page: Page, strategy: string) =>
  page.getByRole("group", { name: `Attempts, ${strategy}` }).getByRole("button");

async function openExplore(): Promise<WatchedPage> {
  const watched = await openPage(site.context);
  await paused(watched.page, "grade");
  await watched.page.keyboard.press("3");
  await watched.page.getByRole("button", { name: "Search", exact: true }).waitFor(soon);
  return watched;
}

async function search(page: Page, k = 4): Promise<void> {
  await page.getByLabel(/^responses, k/).fill(String(k));
  await page.getByRole("button", { name: /^Search( again)?$/ }).click();
  await panel(page, "Guided").waitFor(soon);
  await expect.poll(() => searching(page).count(), soon).toBe(0);
}

describe("one instruction", () => {
  test("three searches, and by keyboard an attempt with what it changed", async () => {
    const { page, problems } = await openExplore();
    await search(page);
    for (const strategy of ["Stochastic", "Entropy search"])
      expect(await attempts(page, strategy).count()).toBe(4);
    const guided = await attempts(page, "Guided").count();
    expect(guided).toBeLessThanOrEqual(4);
    const summary = await panel(page, "Entropy search").locator("svg[role=img]").getAttribute("aria-label");
    expect(summary).toMatch(/^Entropy search: 4 attempts; .* Against their parents/);

    await attempts(page, "Entropy search").first().focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await attempts(page, "Entropy search").nth(1).getAttribute("aria-pressed")).toBe("true");
    const detail = page.getByRole("region", { name: /^Entropy search, attempt 2/ });
    expect(await detail.textContent()).toMatch(/Forks attempt 1 at its token \d+, where “.*” was forced/);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    const first = page.getByRole("region", { name: /^Entropy search, attempt 1/ });
    expect(await first.textContent()).toContain("Sampled from the instruction alone");

    // The same first sample everywhere.
    const text = await first.locator(".text").textContent();
    await attempts(page, "Stochastic").first().click();
    const same = page.getByRole("region", { name: /^Stochastic, attempt 1/ });
    expect(await same.locator(".text").textContent()).toBe(text);
    // A click into the picture chooses too.
    const picture = panel(page, "Stochastic").locator("svg[role=img]");
    await picture.click({ position: { x: 100, y: 20 + 2.5 * 27 } });
    expect(await attempts(page, "Stochastic").nth(2).getAttribute("aria-pressed")).toBe("true");
    expect(problems).toEqual([]);
  });

  test("another instruction of the update, by key", async () => {
    const { page } = await openExplore();
    const instruction = () => page.locator(".task p").first().textContent();
    const first = await instruction();
    await page.keyboard.press("ArrowRight");
    await expect.poll(instruction, soon).not.toBe(first);
    const second = await instruction();
    await search(page, 2);
    expect(await instruction()).toBe(second);
  });

  test("other instructions: held-out ones by their number, and a composed one", async () => {
    const { page, problems } = await openExplore();
    await page.getByRole("combobox", { name: "instruction", exact: true }).selectOption("held out");
    await page.getByRole("spinbutton", { name: "number" }).fill("3");
    await search(page, 2);
    const instruction = await page.locator(".task").textContent();
    await page.getByRole("spinbutton", { name: "number" }).fill("4");
    await search(page, 2);
    expect(await page.locator(".task").textContent()).not.toBe(instruction);
    await page.getByRole("combobox", { name: "instruction", exact: true }).selectOption("composed on Train");
    await search(page, 2);
    expect(await page.locator(".task").textContent()).toContain("Write about a fox at the lake.");
    expect(problems).toEqual([]);
  });

  test("searching changes nothing of the run: its next update is the same", async () => {
    const digest = async (page: Page) => {
      await page.keyboard.press("1");
      await page.keyboard.press(".");
      await untilUpdate(page, 1);
      await paused(page, "update");
      return page.locator(".panel").first().textContent();
    };
    const { page: quiet } = await openPage(site.context);
    await paused(quiet, "grade");
    const expected = await digest(quiet);
    const { page } = await openExplore();
    await search(page);
    expect(await digest(page)).toBe(expected);
  });

  test("a run that plays ends a search, and says why there is none", async () => {
    const { page, problems } = await openExplore();
    await page.getByRole("button", { name: "Search on 64 instructions" }).click();
    await searching(page).waitFor(soon);
    await page.keyboard.press("Space");
    await expect.poll(() => page.getByText("pause it to search with the policy").count(), soon).toBe(1);
    await expect.poll(() => searching(page).count(), soon).toBe(0);
    expect(await page.getByRole("button", { name: "Search", exact: true }).isDisabled()).toBe(true);
    await expect.poll(() => field(page, "update"), soon).toBeGreaterThan(0);
    await page.keyboard.press("Space");
    await paused(page);
    await search(page, 2);
    expect(problems).toEqual([]);
  });
});

describe("many instructions", () => {
  test("rates with intervals, tokens, and files", async () => {
    const { page, problems } = await openExplore();
    await page.getByLabel(/^responses, k/).fill("2");
    await page.getByRole("button", { name: "Search on 64 instructions" }).click();
    await page.getByRole("row", { name: /^Guided/ }).waitFor(soon);
    const rows = await page.locator("table tbody tr").allTextContents();
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row).toMatch(/%.*to.*%/);
    const many = panel(page, "Over many instructions");
    expect(await many.locator("svg[role=img]").first().getAttribute("aria-label")).toMatch(
      /^PassRate@k: Stochastic .* at k = 2, .*; 64 instructions\.$/,
    );
    await many.getByText("Numbers and files").first().click();
    const dialog = page.getByRole("dialog");
    await expect.poll(() => dialog.locator("tbody tr").count(), soon).toBe(6);
    expect(problems).toEqual([]);
  });

  test("cancelled, it says nothing and can be started again", async () => {
    const { page } = await openExplore();
    await page.getByLabel(/^responses, k/).fill("16");
    await page.getByRole("button", { name: "Search on 64 instructions" }).click();
    await searching(page).click(soon);
    await expect.poll(() => searching(page).count(), soon).toBe(0);
    expect(await page.getByRole("row", { name: /^Guided/ }).count()).toBe(0);
    expect(await page.getByRole("alert").count()).toBe(0);
    await search(page, 2);
  });
});

test.each([
  ["light", 1440, 900],
  ["dark", 390, 844],
] as const)("axe finds nothing: %s, %i wide", async (colorScheme, width, height) => {
  const { page } = await openExplore();
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.setViewportSize({ width, height });
  expect(await violations(page)).toEqual([]);
  await search(page);
  await attempts(page, "Guided").last().click();
  await page.getByRole("button", { name: "Search on 64 instructions" }).click();
  await page.getByRole("row", { name: /^Guided/ }).waitFor(soon);
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
});
