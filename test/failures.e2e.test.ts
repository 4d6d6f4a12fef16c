/** What a run fails, as the page shows it; finer splits, accepted there. */
import type { Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startJudgeServer, type JudgeServer } from "./judge_server";
import { freshContexts, openPage, paused, small, untilUpdate, violations } from "./page";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const site = freshContexts();
const soon = { timeout: 15_000 };
const dialog = (page: Page) => page.getByRole("dialog", { name: "What it fails" });
const table = (page: Page) => dialog(page).getByRole("table");

/** All families, so that some item can be split by its template. */
const proposing = `${small.replace("pocket-rare", "pocket").replace("groups=2", "groups=4")}&adaptive.propose=1&adaptive.proposeAbove=0.3`;

async function afterUpdates(query: string, updates: number) {
  const opened = await openPage(site.context, query);
  await paused(opened.page, "grade");
  for (let update = 1; update <= updates; update++) {
    await opened.page.keyboard.press(".");
    await untilUpdate(opened.page, update);
    await paused(opened.page, "update");
  }
  return opened;
}

describe("what it fails", () => {
  test("is empty before an update, and begins with one", async () => {
    const { page, problems } = await openPage(site.context);
    await paused(page, "grade");
    await page.keyboard.press("f");
    await dialog(page).getByText("No update is finished yet").waitFor(soon);
    await dialog(page).getByRole("button", { name: "Step update" }).click();
    await table(page).waitFor({ timeout: 30_000 });
    expect(problems).toEqual([]);
  });

  test("items by how often they are missed, their curves and numbers, revisions word by word; axe finds nothing", async () => {
    const { page, problems } = await afterUpdates(`${small}&adaptive.reweight=0.5`, 3);
    await page.getByRole("button", { name: "What it fails" }).click();
    await table(page).waitFor(soon);
    const missed = async () =>
      (await table(page).locator("tbody td:nth-of-type(1)").allTextContents()).map(parseFloat);
    const first = await missed();
    expect(first.length).toBeGreaterThan(2);
    expect(first).toEqual([...first].sort((a, b) => b - a));
    await table(page).getByRole("button", { name: "missed" }).focus();
    await page.keyboard.press("Enter");
    expect(await missed()).toEqual([...first].sort((a, b) => a - b));
    expect(await table(page).getByRole("columnheader", { name: "missed" }).getAttribute("aria-sort")).toBe(
      "ascending",
    );
    await page.keyboard.press("Enter");
    expect(await table(page).getByRole("columnheader", { name: "weight" }).count()).toBe(1);
    expect(await table(page).textContent()).toMatch(/\d\.\d\d → \d\.\d\d/);

    // Whatever item has a revision that met it: what was added is an element of its own.
    const names = table(page).locator("tbody button");
    const added = dialog(page).locator("ins");
    for (let i = 0; i < (await names.count()) && (await added.count()) === 0; i++) {
      await names.nth(i).focus();
      await page.keyboard.press("Enter");
      expect(await names.nth(i).getAttribute("aria-pressed")).toBe("true");
    }
    expect(await added.first().textContent()).toMatch(/^added:.+;$/s);
    expect(
      await dialog(page)
        .getByRole("img", { name: /^Satisfied: .*update \d+/ })
        .count(),
    ).toBe(1);
    await dialog(page)
      .getByRole("button", { name: /^Numbers and files of “Satisfied/ })
      .click();
    const numbers = page.getByRole("dialog", { name: /^Satisfied: / });
    await numbers.locator("tbody tr").first().waitFor(soon);
    await page.keyboard.press("Escape");

    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(problems).toEqual([]);
  });

  test("without proposals says how to have them", async () => {
    const { page } = await afterUpdates(small, 1);
    await page.keyboard.press("f");
    await dialog(page).getByText("adaptive.propose").waitFor(soon);
    expect(
      await dialog(page)
        .getByRole("button", { name: /^Accept/ })
        .count(),
    ).toBe(0);
    await dialog(page).getByRole("button", { name: "Settings" }).click();
    await page.getByRole("dialog", { name: "Settings" }).waitFor(soon);
  });
});

describe("a finer split", () => {
  test("by template: announced, accepted by keyboard, kept by the run that goes on after a reload", async () => {
    const { page, problems } = await afterUpdates(proposing, 2);
    const button = page.getByRole("button", { name: /^What it fails \(\d+\)$/ });
    await button.click(soon);
    const accept = dialog(page)
      .getByRole("button", { name: /^Accept the split of:/ })
      .first();
    const name = (await accept.getAttribute("aria-label"))!.replace(/^.*?: /, "");
    await accept.focus();
    await page.keyboard.press("Enter");
    await dialog(page).getByText("Accepted: it holds from update 3 on.").waitFor(soon);
    expect(
      await dialog(page)
        .getByRole("button", { name: `Accept the split of: ${name}` })
        .count(),
    ).toBe(0);
    const accepted = `From update 3 on: ${name}, each task's item by its template`;
    await dialog(page).getByText(accepted).waitFor(soon);
    await page.keyboard.press("Escape");
    await page.keyboard.press(".");
    await untilUpdate(page, 3);
    await paused(page, "update");

    await page.reload();
    await paused(page, "grade");
    await page.getByRole("button", { name: "Continue" }).click(soon);
    await untilUpdate(page, 3);
    await page.keyboard.press("f");
    await dialog(page).getByText(accepted).waitFor(soon);
    expect(problems).toEqual([]);
  });
});

describe("a judged item", () => {
  let server: JudgeServer;
  beforeEach(async () => {
    server = await startJudgeServer({ cors: true });
  });
  afterEach(() => server.close());

  test("is taken apart by the judge, shown, and split only when that is accepted", async () => {
    const soft = proposing.replace("preset=pocket", "preset=pocket-soft").replace("groups=4", "groups=2");
    const { page } = await afterUpdates(
      `${soft}&judge.url=${encodeURIComponent(server.url)}&judge.model=test`,
      1,
    );
    await page.keyboard.press("f");
    const ask = dialog(page)
      .getByRole("button", { name: /^Ask the judge to split: It / })
      .first();
    const name = (await ask.getAttribute("aria-label", soon))!.replace(/^.*?: /, "");
    server.options = { cors: true, split: (item) => [item, "Mentions a."] };
    await ask.click();
    await dialog(page).getByRole("alert").getByText("repeats an item").waitFor(soon);
    server.options = { cors: true };
    await ask.click();
    await dialog(page).getByText("Mentions the.", { exact: true }).waitFor(soon);
    await dialog(page)
      .getByRole("button", { name: `Accept the split of: ${name}` })
      .click();
    await dialog(page)
      .getByText(`From update 2 on: ${name}, as “Mentions a.” and “Mentions the.”`)
      .waitFor(soon);
  });
});
