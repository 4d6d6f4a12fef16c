/** The theory in a browser: an article that is complete without touching anything, and moves when it is touched. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { expectFreeThread, launch, longestTasks, openPage, paused, small, violations } from "./page";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const query = `${small}&evaluation.every=0&analyzeEvery=1&view=theory`;
const figure = (page: Page, title: string) => page.locator(`figure svg[aria-label^="${title}"]`);
const titles = [
  "How many groups teach anything",
  "What a revision meets",
  "A group and its revision",
  "What one token's logits receive",
  "Where the mass goes",
  "The shaping function",
  "The chain on the toy",
  "Learning on the toy",
  "How biased each estimator is",
  "From a weak base to an able one",
];
const afterAnUpdate = [
  "The bound, instruction by instruction",
  "Which tokens the hindsight explains",
  "Both sides",
];

const open = async (width: number, colorScheme: "light" | "dark" = "light") => {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    reducedMotion: "reduce",
  });
  const opened = await openPage(context, query);
  await opened.page.getByRole("heading", { level: 1, name: "HeRL in eight figures" }).waitFor();
  return { ...opened, close: () => context.close() };
};

/** Until the toy's thread has done all that it was asked. */
const toyIsDone = (page: Page) =>
  expect
    .poll(() => page.locator(".plate", { hasText: "How biased each estimator is" }).textContent(), {
      timeout: 60_000,
    })
    .toContain("the toy, exact");

describe.each([1440, 390])("at %i pixels", (width) => {
  test("all figures are there, nothing is wrong with them, nothing leaves the page", async () => {
    const { page, problems, close } = await open(width, width === 390 ? "dark" : "light");
    await paused(page);
    await toyIsDone(page);
    for (const title of titles) expect(await figure(page, title).count(), title).toBe(1);
    await page.keyboard.press(".");
    for (const title of afterAnUpdate) await figure(page, title).waitFor({ timeout: 60_000 });
    for (const svg of await page.locator("figure svg[role=img]").all())
      expect(await svg.locator("rect, path, circle, line").count()).toBeGreaterThan(1);
    expect(await page.locator(".katex math").count()).toBeGreaterThan(8);
    expect(await page.locator(".katex-error").count()).toBe(0);
    expect(await page.evaluate(() => document.fonts.check("16px KaTeX_Math"))).toBe(true);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await violations(page)).toEqual([]);
    const notebooks = await page.getByRole("link", { name: "notebooks" }).getAttribute("href");
    expect((await page.request.get(new URL(notebooks!, page.url()).href)).ok()).toBe(true);
    expect(problems).toEqual([]);
    await close();
  });
});

describe("by keyboard", () => {
  test("sliders change what is drawn, and tables have the numbers", async () => {
    const { page, problems, close } = await open(1440);
    await paused(page);
    await toyIsDone(page);
    const said = (title: string) => figure(page, title).getAttribute("aria-label");
    const slider = (label: string) => page.getByRole("slider", { name: label }).first();
    const nudge = async (label: string, title: string) => {
      const before = await said(title);
      await slider(label).focus();
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => said(title), { timeout: 30_000 }).not.toBe(before);
    };
    await nudge("strength of hindsight κ", "What a revision meets");
    await nudge("reward of the revision", "A group and its revision");
    await nudge("advantage A", "What one token's logits receive");
    await nudge("γ", "The shaping function");
    await nudge("weight of “begins with a”", "The chain on the toy");
    await nudge("seed", "Learning on the toy");
    await slider("γ").focus();
    await page.keyboard.press("Home");
    await page.getByRole("button", { name: /^Numbers and files of “The shaping/ }).press("Enter");
    const inTable = page.getByRole("dialog").locator("tbody tr");
    await inTable.first().waitFor();
    const rows = await inTable.allTextContents();
    // γ = 0.1: f(1) = 1/1.1 and ρ·f′(ρ) = 0.1/1.21.
    expect(rows.find((row) => row.startsWith("1"))).toMatch(/0\.909.*0\.0826/);
    expect(problems).toEqual([]);
    await close();
  });

  test("a link of the contents leads to its section; the run's link stays", async () => {
    const { page, close } = await open(1440);
    const before = page.url();
    await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "The bound" }).focus();
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain("The bound");
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(1000);
    expect(page.url()).toBe(before);
    await close();
  });

  test("the toy runs beside the page, whose thread stays free", async () => {
    const { page, problems, close } = await open(1440);
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
    await close();
  });
});
