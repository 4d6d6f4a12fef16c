/** The notebooks as the build makes them: every one of them is opened, on both backends, and looked at. */
import { readdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
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
async function open(name: string, options: Parameters<Browser["newContext"]>[0] = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
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

describe("types", () => {
  test("cells and the expressions of texts type-check as one module a notebook", () => {
    expect(check(notebooks())).toEqual([]);
  });

  test("a wrong cell and a wrong expression are found, by line", () => {
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
    expect(check({ "wrong.html": wrong }).map((line) => line.replace(/: .*/, ""))).toEqual([
      "notebooks/wrong.html:4",
      "notebooks/wrong.html:4",
      "notebooks/wrong.html:7",
    ]);
  });
});

describe.each(names)("%s", (name) => {
  test("computes without an error and without another origin, and reads well", async () => {
    const { page, problems } = await open(name);
    expect(await errors(page)).toEqual([]);
    expect(problems).toEqual([]);
    expect(await page.title()).toMatch(/^\S.*\S\s· HeRL Playground$/);
    expect(await page.locator("h1").count()).toBe(1);
    const outputs = (await page.locator(".observablehq--cell").allTextContents()).join("\n");
    expect(outputs).not.toMatch(/NaN|undefined|\[object|Element \{/);
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  });

  test("fits a narrow window, and the dark", async () => {
    const { page } = await open(name, { viewport: { width: 390, height: 844 }, colorScheme: "dark" });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await violations(page)).toEqual([]);
    await page.context().close();
  });
});

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
