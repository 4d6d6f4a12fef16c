/** The three views of the built page, and the gradient lab as people use it. */
import type { Page } from "playwright-core";
import { describe, expect, test, vi } from "vitest";
import { freshContexts, openPage, paused, small, untilUpdate, violations } from "./page";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const site = freshContexts();

const heading = (page: Page) => page.locator(".lab h2").textContent();
const panel = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const soon = { timeout: 15_000 };

/** A number of the counterfactual panel, by what it is called. */
const result = async (page: Page, name: string): Promise<number> =>
  Number(
    (await page.locator("dl div", { hasText: name }).locator("dd").textContent())!.replace("\u2212", "-"),
  );

/** A page with the lab open on its first finished update. */
async function openLab(query = small): Promise<{ page: Page; problems: string[] }> {
  const { page, problems } = await openPage(site.context, query);
  await paused(page, "grade");
  await page.keyboard.press("2");
  await page.keyboard.press(".");
  await expect.poll(() => heading(page), soon).toBe("The gradient lab: update 1");
  await paused(page, "update");
  return { page, problems };
}

describe("views", () => {
  test("a view is a key, a link and an address; back and forward go through them, and the run stays", async () => {
    const { page, problems } = await openPage(site.context);
    await paused(page, "grade");
    const instruction = await page.locator("#instruction").textContent();
    await page.keyboard.press("2");
    expect(new URL(page.url()).searchParams.get("view")).toBe("lab");
    await expect.poll(() => page.locator(".lab").textContent(), soon).toContain("No update is finished yet");
    await page.getByRole("link", { name: "Theory" }).click();
    expect(new URL(page.url()).searchParams.get("view")).toBe("theory");
    await page.locator("article").waitFor();
    await page.goBack();
    await page.locator(".lab").waitFor();
    await page.goBack();
    expect(await page.locator("#instruction").textContent()).toBe(instruction);
    expect(new URL(page.url()).searchParams.has("view")).toBe(false);
    await page.goForward();
    await page.locator(".lab").waitFor();
    await page.keyboard.press("1");
    expect(await page.getByRole("link", { name: "Train" }).getAttribute("aria-current")).toBe("page");
    expect(problems).toEqual([]);
  });

  test("the chosen instruction and token are in the address, and come back with it", async () => {
    const { page, problems } = await openPage(site.context);
    await paused(page, "grade");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => new URL(page.url()).searchParams.get("at"), soon).toBe("1");
    const token = page.getByRole("group", { name: "Tokens of response 2" }).locator("[data-token='3']");
    await token.click();
    await expect.poll(() => new URL(page.url()).searchParams.get("at"), soon).toBe("1.rollout.1.3");
    const text = await token.textContent();
    await page.reload();
    await paused(page, "grade");
    expect(await token.getAttribute("aria-pressed")).toBe("true");
    expect(await token.textContent()).toBe(text);
    expect(problems).toEqual([]);
  });

  test("a link to the lab opens the lab, and its empty state makes the first update", async () => {
    const { page } = await openPage(site.context, `${small}&view=lab`);
    await page.locator(".lab").getByRole("button", { name: "Step update" }).click(soon);
    await expect.poll(() => heading(page), soon).toBe("The gradient lab: update 1");
  });
});

describe("the gradient lab", () => {
  test("by keyboard: a token is kept, and every figure is about it", async () => {
    const { page, problems } = await openLab();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    const token = page.locator(".token[aria-pressed=true]");
    const text = await token.textContent();
    await expect
      .poll(() => panel(page, "One token").textContent(), soon)
      .toMatch(/token 2 of response 1: c = .*its logit gets c\(1 − p\)/);
    expect(await panel(page, "One sequence").textContent()).toContain(`“${text}”, coefficient c`);
    expect(await panel(page, "One step").locator("svg text").allTextContents()).toContain("A < 0, rollouts");
    await expect
      .poll(
        () => panel(page, "Where does the mass go?").locator("svg[role=img]").getAttribute("aria-label"),
        soon,
      )
      .toMatch(/pushed down for 3 updates\. .* went from/);
    // The token that was kept here is the one that Train shows.
    await page.keyboard.press("1");
    await expect
      .poll(() => page.locator("section[aria-labelledby=token] header p").textContent())
      .toContain("token 2 of response 1");
    expect(problems).toEqual([]);
  });

  test("the vocabulary is painted in both themes; arrow keys go over it and read token, p and gradient", async () => {
    const { page, problems } = await openLab();
    const map = panel(page, "One token").getByRole("listbox", { name: /^The whole vocabulary/ });
    await map.waitFor(soon);
    /** Colours of opaque pixels; the edges of cells are soft. */
    const painted = () =>
      map.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
        const { width, height } = canvas;
        const copy = Object.assign(document.createElement("canvas"), { width, height });
        const context = copy.getContext("2d", { willReadFrequently: true })!;
        context.drawImage(canvas, 0, 0);
        const { data } = context.getImageData(0, 0, width, height);
        const pixels = new Uint32Array(data.buffer);
        return [...new Set(pixels)].sort((a, b) => a - b).join();
      });
    const light = await painted();
    expect(light.split(",").length).toBeGreaterThan(10);
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(painted, soon).not.toBe(light);
    await page.emulateMedia({ colorScheme: "light" });
    await expect.poll(painted, soon).toBe(light);

    const said = async () => {
      const id = await map.getAttribute("aria-activedescendant");
      return page.locator(`[id="${id}"]`).textContent();
    };
    const line = await panel(page, "One token").locator(".line").textContent();
    await map.focus();
    expect(await said()).toMatch(/: p \S+ → \S+; c\(1 − p\) = .* = [+−]\S+; sampled$/);
    await page.keyboard.press("Home");
    const first = await said();
    expect(first).toMatch(/: p 0\.\d+ → 0\.\d+; (−c·p|c\(1 − p\)) = /);
    await page.keyboard.press("ArrowRight");
    const second = await said();
    expect(second).not.toBe(first);
    await page.keyboard.press("ArrowDown");
    expect(await said()).not.toBe(second);
    expect(await panel(page, "One token").locator(".read").textContent()).toBe(
      (await said())!.replace("; sampled", ""),
    );
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowLeft");
    expect(await said()).toBe(first);
    await page.keyboard.press("End");
    expect(await said()).toMatch(/: p .*e−/);
    // The page itself, which arrow keys lead to other instructions, stays where it is.
    expect(await panel(page, "One token").locator(".line").textContent()).toBe(line);
    expect(problems).toEqual([]);
  });

  test("first order meets the measured change as the step gets smaller", async () => {
    const { page } = await openLab();
    const change = panel(page, "Before and after");
    const summary = () => change.locator("svg[role=img]").getAttribute("aria-label");
    const slope = async () => Number(/slope of (\d\S*?)\.?$/.exec((await summary())!)![1]);
    await expect.poll(summary, soon).toContain("first-order prediction");
    const off: number[] = [];
    const slider = change.getByRole("slider");
    await slider.focus();
    for (const fraction of ["1", "0.5", "0.2", "0.1"]) {
      await expect.poll(() => change.locator("output").textContent()).toBe(fraction);
      await expect.poll(() => change.getAttribute("aria-busy"), soon).toBe("false");
      off.push(Math.abs((await slope()) - 1));
      await page.keyboard.press("ArrowRight");
    }
    // Written with three digits; a smaller fraction would meet the rounding of 32-bit floats.
    expect(off[3]).toBeLessThan(0.004);
    expect(off[0]).toBeGreaterThan(off[3]);
    await change.getByText("Numbers and files").click();
    await expect.poll(() => page.getByRole("dialog").locator("tbody tr").count(), soon).toBe(512);
  });

  test("another α: other advantages, a cosine and both norms; changes taken back leave the record", async () => {
    const { page, problems } = await openLab();
    const knobs = panel(page, "As it might have been");
    await page.getByLabel("Reward of response 1, instead").fill("1");
    await expect.poll(() => result(page, "cosine"), soon).toBeLessThan(0.999);
    expect(await result(page, "cosine")).toBeGreaterThan(-1);
    expect(await result(page, "norm, recorded")).toBeGreaterThan(0);
    expect(await result(page, "norm, changed")).not.toBe(await result(page, "norm, recorded"));
    const recorded = await result(page, "norm, recorded");
    await knobs.getByRole("button", { name: "Take all changes back" }).click();
    await expect.poll(() => knobs.textContent()).toContain("Change something");

    await page.getByLabel("α, bonus").fill("0.5");
    await expect.poll(() => result(page, "cosine"), soon).toBeLessThanOrEqual(1);
    expect(await result(page, "norm, recorded")).toBe(recorded);
    expect(await knobs.locator("svg[role=img]").count()).toBe(2);
    // With one update per batch no ratio leaves 1.
    await page.getByLabel("α, bonus").fill("0.05");
    await page.getByLabel("ε high").fill("0.5");
    await expect.poll(() => result(page, "cosine"), soon).toBe(1);
    await expect.poll(() => knobs.textContent(), soon).toContain("every ratio is 1");

    await page.getByLabel("γ, shaping").fill("-1");
    await expect.poll(() => knobs.getByRole("alert").textContent(), soon).toContain("gamma");
    await page.getByLabel("γ, shaping").fill("1");
    await expect.poll(() => knobs.getByRole("alert").count(), soon).toBe(0);
    expect(problems).toEqual([]);
  });

  test("while the run plays it stays on its step, or follows", async () => {
    const { page } = await openLab();
    await page.keyboard.press("]");
    await page.keyboard.press("]");
    await page.keyboard.press("Space");
    await untilUpdate(page, 3);
    expect(await heading(page)).toBe("The gradient lab: update 1");
    expect(await page.locator(".gone").textContent()).toMatch(/policy of update 1\s+stays\s+as it is/);
    await page.getByLabel("Follow the run while it plays").check();
    await expect.poll(() => heading(page), soon).not.toBe("The gradient lab: update 1");
    await page.getByLabel("Follow the run while it plays").uncheck();
    await page.getByRole("button", { name: "Pause" }).click();
    await paused(page);
    await expect.poll(() => page.locator(".gone").count()).toBe(0);
  });

  test("an earlier update of the stored run is made again, the same to the digit", async () => {
    const { page, problems } = await openLab();
    const advantages = () => page.locator(".facts").allTextContents();
    await expect.poll(async () => (await advantages()).length).toBeGreaterThan(6);
    const first = await advantages();
    await page.keyboard.press(".");
    await expect.poll(() => heading(page), soon).toBe("The gradient lab: update 2");
    expect(await advantages()).not.toEqual(first);
    await page.getByText("An earlier update").click();
    await page.getByLabel("stored run").waitFor(soon);
    await page.getByLabel("update", { exact: true }).fill("1");
    await page.getByRole("button", { name: "Make it again" }).click();
    await expect.poll(() => heading(page), soon).toBe("The gradient lab: update 1");
    expect(await advantages()).toEqual(first);
    await page.getByLabel("α, bonus").fill("0.5");
    await page.getByText("cosine of the gradients").waitFor(soon);
    await page.getByRole("button", { name: "Back to the newest update" }).click();
    expect(await heading(page)).toBe("The gradient lab: update 2");
    expect(problems).toEqual([]);
  });

  test.each([
    ["light", 1440, 900],
    ["dark", 390, 844],
  ] as const)("axe finds nothing: %s, %i wide", async (colorScheme, width, height) => {
    const { page } = await openLab();
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height });
    await page.getByLabel("α, bonus").fill("0.5");
    await page.getByText("cosine of the gradients").waitFor(soon);
    await page.getByText("An earlier update").click();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    await panel(page, "One step").getByText("Numbers and files").click();
    await page.getByRole("dialog", { name: "The four flows" }).waitFor(soon);
    expect(await violations(page)).toEqual([]);
  });
});
