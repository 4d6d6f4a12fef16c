/** The built page in a browser, used as people use it. */
import { readFile } from "node:fs/promises";
import { unzipSync } from "fflate";
import type { Page } from "playwright-core";
import { describe, expect, inject, test, vi } from "vitest";
import { chromiumFlags } from "../vite.config";
import {
  expectFreeThread,
  field,
  freshContexts,
  launch,
  longestTasks,
  openPage,
  paused,
  small,
  statusOf,
  untilUpdate,
  violations,
} from "./page";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const site = freshContexts();

const rows = (page: Page) => page.locator("tbody tr:not(.gap)");
const current = (page: Page) => page.locator("[aria-current=step]");
const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};
const instruction = (page: Page) => page.locator("#instruction").textContent();

describe("opening", () => {
  test("something true is on screen before any script, and a policy guards the page", async () => {
    const html = (await (await fetch(inject("siteUrl"))).text()).replaceAll("&#39;", "'");
    expect(html).toContain("HeRL Playground");
    expect(html).toContain("learns from its own failed answers");
    expect(html).toMatch(/<meta[^>]*Content-Security-Policy/);
    expect(html).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(html).not.toMatch(/<script(?![^>]*src=)[^>]*>/);
    const page = await (await site.browser.newContext({ javaScriptEnabled: false })).newPage();
    await page.goto(inject("siteUrl"));
    expect(await page.locator("main").textContent()).toContain("needs JavaScript");
    await page.context().close();
  });

  test("a group is sampled and graded, with its checklist and its best token", async () => {
    const { page, problems } = await openPage(site.context);
    await paused(page, "grade");
    expect(await instruction(page)).toMatch(/^Write about a \w+ at the \w+\.$/);
    expect(await rows(page).count()).toBe(7);
    const items = await page.locator(".items li").count();
    expect(await rows(page).first().locator("td.item .verdict").count()).toBe(items);
    expect(await page.locator("td.number:not(.advantage)").allTextContents()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^[01]\.\d\d$/)]),
    );
    await expect
      .poll(() => page.locator("section[aria-labelledby=token] header p").textContent())
      .toMatch(/^token \d+ of response \d: p = /);
    const map = page.getByRole("listbox", { name: /^Next-token gradient: 512 tokens/ });
    expect(await map.locator("canvas").count()).toBe(1);
    expect(problems).toEqual([]);
  });

  test("without an adapter it computes on the cpu, and says so", async () => {
    const plain = await launch(chromiumFlags.filter((flag) => !flag.includes("webgpu")));
    try {
      const { page, problems } = await openPage(await plain.newContext(), small.replace("&backend=cpu", ""));
      await paused(page);
      expect(await page.locator("button.backend").textContent()).toMatch(
        /cpu, WebAssembly SIMD.*GFLOP\/s\s+no WebGPU here/s,
      );
      await page.locator("button.backend").click();
      expect(await page.getByRole("dialog").textContent()).toContain("offers no WebGPU adapter");
      expect(await page.getByRole("button", { name: /^webgpu/ }).isDisabled()).toBe(true);
      expect(problems).toEqual([]);
    } finally {
      await plain.close();
    }
  });
});

describe("training", () => {
  test("a phase at a time: each one lights up, and what it finds appears", async () => {
    const { page } = await openPage(site.context);
    await paused(page, "grade");
    for (const phase of ["select", "revise", "regrade", "advantage", "gradient", "update"]) {
      await press(page, ",");
      await paused(page, phase);
      expect(await current(page).textContent()).toBe(phase);
    }
    expect(await page.locator("tr.revision").count()).toBe(1);
    expect(await page.locator("td.advantage").allTextContents()).toEqual(
      expect.arrayContaining([expect.stringMatching(/[+−]\d\.\d\d|0\.00/)]),
    );
    expect(await page.locator("section[aria-labelledby=flows] svg text").allTextContents()).toContain(
      "A > 0 → sampled",
    );
    expect(await page.locator(".explanation").textContent()).toMatch(/revis|gradient/);
    await untilUpdate(page, 1);
    await press(page, ",");
    await paused(page, "sample");
  });

  test("plays, pauses, and keeps the page's thread free", async () => {
    const { page, problems } = await openPage(
      site.context,
      "?backend=cpu&evaluation.heldout=8&evaluation.close=8&evaluation.ood=8&evaluation.every=5",
    );
    await paused(page);
    await page.waitForTimeout(500);
    const tasks = await longestTasks(page, async () => {
      await press(page, "]", "]", "Space");
      await expect.poll(() => statusOf(page).textContent()).toMatch(/Training|Evaluating/);
      await page.waitForTimeout(5000);
      await page.getByRole("button", { name: "Pause" }).click();
      await paused(page);
    });
    expectFreeThread(tasks);
    expect(await field(page, "update")).toBeGreaterThanOrEqual(2);
    const still = await field(page, "responses");
    await page.waitForTimeout(300);
    expect(await field(page, "responses")).toBe(still);
    expect(problems).toEqual([]);
  });

  test("the same seed again is the same run; another seed is another; a method is a switch, and a link has it all", async () => {
    const { page } = await openPage(site.context);
    await paused(page);
    const texts = async () => (await page.locator(".tokens").allTextContents()).join("|");
    const first = await texts();
    await press(page, ".");
    await untilUpdate(page, 1);
    await paused(page, "update");
    await press(page, "r");
    await paused(page, "grade");
    expect(await field(page, "update")).toBe(0);
    expect(await texts()).toBe(first);
    await press(page, "n");
    await expect.poll(() => page.url()).not.toContain("seed=0");
    await expect.poll(texts, { timeout: 15_000 }).not.toBe(first);
    await paused(page, "grade");
    expect(await texts()).not.toBe(first);
    await page.getByText("RLVR", { exact: true }).click();
    await expect.poll(() => rows(page).count()).toBe(8);
    expect(page.url()).toMatch(/method=rlvr/);
    await paused(page, "grade");
    const linked = await texts();
    const other = await openPage(site.context, new URL(page.url()).search);
    await paused(other.page, "grade");
    expect(await texts()).toBe(linked);
    expect((await other.page.locator(".tokens").allTextContents()).join("|")).toBe(linked);
  });

  test("an earlier run stays behind the curves, named", async () => {
    const { page } = await openPage(site.context);
    await paused(page);
    for (const update of [1, 2]) {
      await press(page, ".");
      await untilUpdate(page, update);
      await paused(page, "update");
    }
    await page.getByText("NaiveHE", { exact: true }).click();
    await expect.poll(() => page.locator(".legend").textContent()).toContain("dashed: HeRL, seed 0");
    expect(await page.locator("section[aria-labelledby=the-run] path[stroke-dasharray='4 3']").count()).toBe(
      4,
    );
  });
});

describe("looking", () => {
  test("a token's probabilities before and after the update, and the formula of any logit", async () => {
    const { page } = await openPage(site.context);
    await paused(page);
    await press(page, ".");
    await paused(page, "update");
    await page.locator(".dots button.revised").first().click();
    const token = rows(page).nth(2).locator("button.token").nth(3);
    await token.hover();
    const line = page.locator("section[aria-labelledby=token] header p");
    await expect.poll(() => line.textContent()).toMatch(/^token 4 of response 3: (c = [+−]\S+ \(A = |A = 0)/);
    const movers = page.locator("svg[aria-label^='Probability before and after'] text");
    await expect
      .poll(async () => (await movers.allTextContents()).filter((text) => / → /.test(text)).length)
      .toBe(5);
    await token.click();
    await page.mouse.move(5, 500);
    expect(await token.getAttribute("aria-pressed")).toBe("true");
    await page.waitForTimeout(200);
    expect(await line.textContent()).toMatch(/^token 4 of response 3/);
    await page.getByRole("listbox", { name: /^Next-token gradient/ }).hover({ position: { x: 5, y: 5 } });
    expect(await page.locator(".read", { hasText: "p " }).textContent()).toMatch(/: p .+ → /);
  });

  test("the other instructions of the batch", async () => {
    const { page } = await openPage(site.context);
    await paused(page);
    const first = await instruction(page);
    await press(page, "ArrowRight");
    await expect.poll(() => instruction(page)).not.toBe(first);
    await page.getByRole("button", { name: "Instruction 1 of 2" }).click();
    await expect.poll(() => instruction(page)).toBe(first);
  });

  test("an instruction of one's own, outside training; what excludes each other says why", async () => {
    const { page, problems } = await openPage(site.context);
    await paused(page);
    await press(page, "c");
    await page.getByLabel("Write about a").selectOption("crab");
    await page.getByRole("button", { name: "Answer in JSON." }).click({ force: true });
    expect(await page.locator("#composer-reason").textContent()).toMatch(
      /Excluded by .+JSON begins and ends with braces/,
    );
    await page.getByRole("button", { name: "Use lowercase letters only." }).click();
    await page.getByRole("button", { name: "Try it" }).click();
    await expect
      .poll(() => instruction(page).catch(() => null), { timeout: 15_000 })
      .toMatch(/^Write about a crab at the/);
    expect(await page.locator(".aside").textContent()).toContain("Not part of training");
    expect(await page.locator(".items li").count()).toBe(3);
    await page.getByRole("button", { name: "Back to the batch" }).click();
    await expect.poll(() => instruction(page)).not.toContain("crab");
    expect(await field(page, "update")).toBe(0);
    expect(problems).toEqual([]);
  });

  test("by keyboard alone: to a token, along it, to the next response, and any command by its name", async () => {
    const { page } = await openPage(site.context);
    await paused(page);
    await press(page, "ArrowDown", "ArrowRight", "ArrowRight");
    const focused = () =>
      page.evaluate(
        () =>
          document.activeElement?.closest(".tokens")?.getAttribute("aria-label") ??
          document.activeElement?.tagName,
      );
    expect(await focused()).toBe("Tokens of response 1");
    await press(page, "Enter");
    await expect
      .poll(() => page.locator("section[aria-labelledby=token] header p").textContent())
      .toMatch(/^token 3 of response 1/);
    await press(page, "ArrowDown");
    await expect.poll(focused).toBe("Tokens of response 2");
    await press(page, "Control+k");
    await page.keyboard.type("more curves");
    await press(page, "Enter");
    await expect.poll(() => page.getByText("gradient norm").count()).toBeGreaterThan(0);
    await press(page, "?");
    await expect.poll(() => page.getByRole("dialog").textContent()).toContain("Run one of the eight phases");
    await press(page, "Escape");
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
  });
});

describe("keeping", () => {
  test("a run goes on after a reload as if nothing had happened; it exports; a second tab is kept out", async () => {
    const { page } = await openPage(site.context);
    await paused(page);
    const train = async (on: Page, update: number) => {
      await press(on, ".");
      await untilUpdate(on, update);
      await paused(on, "update");
    };
    const table = async (on: Page) => {
      if ((await on.locator(".table").count()) === 0) await on.getByRole("button", { name: "Table" }).click();
      return on.locator(".table tbody tr").allTextContents();
    };
    for (const update of [1, 2, 3, 4]) await train(page, update);
    const whole = await table(page);
    await press(page, "r");
    await paused(page, "grade");
    for (const update of [1, 2]) await train(page, update);
    await page.reload();
    await paused(page, "grade");
    await page.getByRole("button", { name: "Continue" }).click();
    await paused(page, "sample");
    expect(await field(page, "update")).toBe(2);
    for (const update of [3, 4]) await train(page, update);
    expect(await table(page)).toEqual(whole);

    const download = page.waitForEvent("download");
    await press(page, "e");
    const files = unzipSync(new Uint8Array(await readFile(await (await download).path())));
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining([
        "manifest.json",
        "metrics.jsonl",
        "eval.jsonl",
        "rollouts.jsonl",
        "failures.jsonl",
        "digest.txt",
        "adapter/adapter_model.safetensors",
      ]),
    );
    expect(new TextDecoder().decode(files["metrics.jsonl"]).trim().split("\n")).toHaveLength(4);

    const second = await openPage(site.context);
    await paused(second.page, "grade");
    await second.page.getByRole("button", { name: "Continue" }).click();
    await expect
      .poll(() => second.page.getByRole("alert").textContent(), { timeout: 15_000 })
      .toContain("RUN_LOCKED");
    await second.page.getByRole("button", { name: "Start a new run here" }).click();
    await paused(second.page, "grade");

    await press(second.page, "o");
    await expect.poll(() => second.page.getByText("open in another tab").count()).toBe(1);
  });

  test("a changed setting starts over, and is in the link", async () => {
    const { page } = await openPage(site.context);
    await paused(page);
    await press(page, "s");
    await page.getByLabel("rollouts", { exact: true }).fill("3");
    await page.getByRole("button", { name: "Start over with these" }).click();
    await expect.poll(() => rows(page).count()).toBe(3);
    expect(page.url()).toContain("rollouts=3");
    await press(page, "s");
    await page.getByLabel("training.rank", { exact: true }).fill("7");
    await page.getByRole("button", { name: "Start over with these" }).click();
    expect(await page.getByRole("dialog").getByRole("status").textContent()).toContain("CONFIG_INVALID");
  });

  test("a model that cannot be fetched is said, with a way on", async () => {
    await site.context.route("**/pocket.gguf", (route) => route.fulfill({ status: 404 }));
    const { page } = await openPage(site.context);
    await expect
      .poll(() => page.getByRole("alert").textContent(), { timeout: 15_000 })
      .toContain("FILE_MISSING");
    await site.context.unroute("**/pocket.gguf");
    await page.getByRole("button", { name: "Start over", exact: true }).click();
    await paused(page, "grade");
  });
});

describe("for everyone", () => {
  test.each([
    ["light", 1440, 900],
    ["dark", 1440, 900],
    ["light", 390, 844],
    ["dark", 390, 844],
  ] as const)("axe finds nothing: %s, %i wide, dialogs too", async (colorScheme, width, height) => {
    const { page } = await openPage(site.context);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height });
    await paused(page);
    expect(await violations(page)).toEqual([]);
    await press(page, ".");
    await paused(page, "update");
    await page.waitForTimeout(300);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    for (const key of ["o", "s", "?", "a", "b", "Control+k"]) {
      await press(page, key);
      await page.getByRole("dialog").waitFor();
      expect(await violations(page)).toEqual([]);
      await press(page, "Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    await press(page, "c");
    expect(await violations(page)).toEqual([]);
  });

  test("everything to press is large enough on a phone", async () => {
    const { page } = await openPage(site.context);
    await page.setViewportSize({ width: 390, height: 844 });
    await paused(page);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>("button:not(.token, .inline), select")].flatMap(
        (element) => {
          const { width, height } = element.getBoundingClientRect();
          return height > 0 && (height < 40 || width < 24)
            ? [`${element.outerHTML.slice(0, 90)} ${width}×${height}`]
            : [];
        },
      ),
    );
    expect(small).toEqual([]);
  });
});
