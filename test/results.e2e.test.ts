/** The results view of the built page, with whatever experiments are committed. */
import { expect, test } from "vitest";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Experiment, Summary } from "../src/experiments/experiment";
import { freshContexts, openPage, small, violations } from "./page";

const site = freshContexts();
const folder = join(import.meta.dirname, "../experiments");
const readOf = <T>(name: string, file: string): T | null => {
  try {
    return JSON.parse(readFileSync(join(folder, name, file), "utf8")) as T;
  } catch {
    return null;
  }
};
const committed = readdirSync(folder).flatMap((name) => {
  const experiment = readOf<Experiment>(name, "experiment.json");
  return experiment ? [{ experiment, summary: readOf<Summary>(name, "summary.json") }] : [];
});

test.each([
  [1440, "light"],
  [390, "dark"],
] as const)(
  "at %i pixels every committed experiment has its section, and nothing is wrong",
  async (width, theme) => {
    const { page, problems } = await openPage(site.context, `${small}&view=results`);
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: theme });
    await page.getByRole("heading", { level: 1, name: "What the pocket model shows" }).waitFor();
    expect(committed.length).toBeGreaterThan(8);
    for (const { experiment, summary } of committed) {
      const section = page.locator(`section#${experiment.name}`);
      const told = (await section.textContent())!;
      expect(told).toContain(experiment.paper.says);
      expect(told).toContain(`npx herl experiment ${experiment.name}`);
      if (!summary || summary.done === 0) expect(told).toContain("Not run yet");
      else expect(told).toContain("core minute");
      expect(await section.locator("tbody th[scope=row]").count()).toBeGreaterThanOrEqual(
        experiment.claims.length,
      );
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await violations(page)).toEqual([]);
    expect(problems).toEqual([]);
  },
);

test("by keyboard: from the overview to a section, its link in the address, and on to Compare", async () => {
  const { page, problems } = await openPage(site.context, `${small}&view=results`);
  const { experiment } = committed.find(({ experiment: { claims } }) => claims.length > 0)!;
  await page
    .getByRole("navigation", { name: "Sections" })
    .getByRole("link", { name: experiment.title })
    .press("Enter");
  await expect.poll(() => new URL(page.url()).hash).toBe(`#${experiment.name}`);
  await page.reload();
  const section = page.locator(`section#${experiment.name}`);
  await expect
    .poll(() => section.evaluate((one) => Math.abs(one.getBoundingClientRect().top)))
    .toBeLessThan(60);
  await section.getByRole("link", { name: "All its runs in Compare" }).press("Enter");
  await expect
    .poll(() => Object.fromEntries(new URL(page.url()).searchParams))
    .toMatchObject({ view: "compare", experiment: experiment.name });
  expect(problems).toEqual([]);
});
