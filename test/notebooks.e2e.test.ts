/** The notebooks as the build makes them: every one of them is opened, on both backends, and looked at. */
import { readdirSync, readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Summary } from "../src/experiments/experiment";
import { check, notebooks } from "../tools/notebooks_check.mjs";
import { launch, openPage, violations } from "./page";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

const names = readdirSync(new URL("../notebooks", import.meta.url)).filter((name) => name.endsWith(".html"));

/** Opens a notebook, watched; `problems` has what cells reject with too, since the runtime logs it. */
async function open(name: string) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const opened = await openPage(context, `notebooks/${name}`);
  await idle(opened.page);
  return opened;
}

/** Waits until every cell has computed, and those that it started in its turn. */
async function idle(page: Page): Promise<void> {
  const isIdle = async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let i = 0; i < 3; i++) {
      await frame();
      const hasCode = document.querySelector("pre") !== null;
      const busy = [...document.querySelectorAll("[aria-busy]")].map(({ ariaBusy }) => ariaBusy);
      if ((hasCode && busy.length === 0) || busy.includes("true")) return false;
    }
    return true;
  };
  await expect.poll(() => page.evaluate(isIdle), { timeout: 30_000, interval: 50 }).toBe(true);
}

const errors = (page: Page) => page.locator(".observablehq--error").allTextContents();

/** A table of the notebook as texts, by its caption. */
const table = async (page: Page, caption: RegExp): Promise<string[][]> => {
  const rows = page
    .locator("table", { has: page.locator("caption", { hasText: caption }) })
    .locator("tbody tr");
  return rows.evaluateAll((all) =>
    all.map((row) => [...(row as HTMLTableRowElement).cells].map(({ innerText }) => innerText)),
  );
};
const numberOf = (text: string) => Number(text.replace("−", "-").replace("+", ""));

test("notebooks type-check, each as one module; a wrong cell and a wrong expression are found, by line", () => {
  const wrong = [
    "<!doctype html>",
    "<notebook>",
    '  <script id="1" type="text/markdown">',
    "    ${count.length} is {not} code, but ${{ a: total }.b} is",
    "  </script>",
    '  <script id="2" type="text/x-typescript">',
    '    const total: number = "a string";',
    "    const count: number = 1;",
    "  </script>",
    "</notebook>",
  ].join("\n");
  const errors = check({ ...notebooks(), "wrong.html": wrong });
  expect(errors.map((line) => line.replace(/: .*/, ""))).toEqual([
    "notebooks/wrong.html:4",
    "notebooks/wrong.html:4",
    "notebooks/wrong.html:7",
  ]);
});

test.each(names)(
  "%s computes without an error or another origin; it reads well, narrow and in the dark",
  async (name) => {
    const { page, problems } = await open(name);
    expect(await errors(page)).toEqual([]);
    expect(await page.title()).toMatch(/^\S.*\S\s· HeRL Playground$/);
    expect(await page.locator("h1").count()).toBe(1);
    const outputs = (await page.locator(".observablehq--cell").allTextContents()).join("\n");
    expect(outputs).not.toMatch(/NaN|undefined|\[object|Element \{/);
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 390, height: 844 });
    await idle(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await violations(page)).toEqual([]);
    expect(await errors(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.context().close();
  },
);

describe("the gradient of one token", () => {
  test("what it shows is true on both backends", async () => {
    const { page, problems } = await open("gradient-of-one-token.html");
    const backends = page.getByLabel("backend");
    const labels = await backends.locator("option").allTextContents();
    expect(labels.map((label) => label.split(":")[0])).toEqual(["cpu", "webgpu"]);
    for (const label of labels) {
      await backends.selectOption(label);
      await page.getByLabel("instruction").fill("3");
      await page.getByLabel("advantage A").fill("-1.5");
      await idle(page);
      const gradients = await table(page, /^The sampled token/);
      for (const [token, p, gradient] of gradients) {
        const expected = token.endsWith("(sampled)") ? (1 - numberOf(p)) * -1.5 : numberOf(p) * 1.5;
        expect(numberOf(gradient)).toBeCloseTo(expected, 2);
      }
      const kernel = await table(page, new RegExp(`^The kernel on ${label.split(":")[0]}`));
      expect(kernel.length).toBe(4);
      for (const [, fused, dense] of kernel)
        expect(Math.abs(Number(fused) - Number(dense))).toBeLessThan(1e-5);
      const [whole, , sixteenth] = (await table(page, /as the step shrinks/)).map((row) => Number(row[1]));
      expect(Math.abs(sixteenth - 1)).toBeLessThan(0.01);
      expect(Math.abs(sixteenth - 1)).toBeLessThan(Math.abs(whole - 1));
    }
    await page.getByLabel("advantage A").fill("0");
    await idle(page);
    expect(await errors(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("a token is picked by keyboard; a cell that fails is seen", async () => {
    const { page, problems } = await open("gradient-of-one-token.html");
    await page.getByLabel("backend").selectOption({ index: 0 });
    await idle(page);
    const sampled = async () => (await table(page, /^The sampled token/)).map(([token]) => token).join();
    const before = await sampled();
    await page.locator(".tokens input:checked").focus();
    await page.keyboard.press("ArrowRight");
    await idle(page);
    expect(await sampled()).not.toBe(before);
    // The model is fetched again for no reader, but the test must be able to fail.
    await page.route("**/pocket.gguf", (route) => route.abort());
    await page.reload();
    await idle(page);
    expect((await errors(page)).length).toBeGreaterThan(0);
    expect(problems.length).toBeGreaterThan(0);
  });
});

describe("the bound on an enumerable toy", () => {
  const chainOf = async (page: Page) =>
    (await table(page, /^The chain of \(13\)/)).map(([, value]) => numberOf(value));

  test("samples meet sums, options are biased but for one, and hindsight of no strength changes nothing", async () => {
    const { page, problems } = await open("bound-on-a-toy.html");
    await page.getByLabel("runs of each method").fill("2");
    await page.getByLabel("κ, what hindsight does").fill("0");
    await idle(page);
    const [error, deviationBound, unmetBound] = await chainOf(page);
    expect(error).toBeGreaterThan(0.01);
    expect(deviationBound).toBeGreaterThan(error);
    expect(unmetBound).toBeGreaterThan(deviationBound);
    const samples = await table(page, /groups of N responses/);
    expect(samples.length).toBe(4);
    for (const [, norms, average, scaled] of samples.map((row) => row.map(numberOf))) {
      expect(norms).toBeGreaterThan(average);
      expect(Math.abs(scaled - error)).toBeLessThan(0.15 * error);
    }
    const off = (await table(page, /^The expected update of RLVR/)).map((row) => numberOf(row[2]));
    expect(off.filter((value) => value === 0)).toEqual([0]);
    expect(off.at(-1)).toBe(0);
    for (const [, , plain, given] of await table(page, /^The likeliest responses/)) expect(given).toBe(plain);
    const [start] = await table(page, /^Expected reward/);
    expect(new Set(start.slice(1, 4)).size).toBe(1);
    expect(start[4]).toBe("0.000 ± 0.000");
    expect(problems).toEqual([]);
  });

  test("weights and habits are the reader's: another policy has another chain", async () => {
    const { page, problems } = await open("bound-on-a-toy.html");
    await page.getByLabel("runs of each method").fill("2");
    await page.getByLabel("strength of habits").fill("0");
    await idle(page);
    const uniform = await chainOf(page);
    await page.getByLabel("checklist").selectOption({ index: 1 });
    await idle(page);
    await page.getByLabel("weight: contains bb").fill("4");
    await idle(page);
    expect(await chainOf(page)).not.toEqual(uniform);
    expect(await errors(page)).toEqual([]);
    expect(problems).toEqual([]);
  });
});

describe("from runs to a verdict", () => {
  test("another claim, another level: its numbers are those of the published summary", async () => {
    const { page, problems } = await open("ordering.html");
    const summary = JSON.parse(
      readFileSync(new URL("../experiments/exploration/summary.json", import.meta.url), "utf8"),
    ) as Summary;
    await page.getByLabel("experiment").selectOption("What finds a passing answer");
    await idle(page);
    const last = summary.claims.length - 1;
    await page.getByRole("combobox", { name: /^claim/ }).selectOption({ index: last });
    await page.getByLabel("level").fill("0.2");
    await idle(page);
    const rows = Object.fromEntries(await table(page, / pairs\)$/));
    const { difference, p } = summary.claims[last];
    expect(numberOf(rows["mean difference"])).toBeCloseTo(difference.mean!, 4);
    expect(Number(rows["p, sign flips"])).toBeCloseTo(p, 2);
    const claims = await table(page, /^All claims; below 0.20/);
    expect(claims.map(([, , alone]) => Number(alone))).toEqual(
      summary.claims.map((claim) => Number(claim.p.toPrecision(2))),
    );
    expect(await errors(page)).toEqual([]);
    expect(problems).toEqual([]);
  });
});
