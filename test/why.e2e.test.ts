/** Numbers that say why. */
import { readFile } from "node:fs/promises";
import type { Locator, Page } from "playwright-core";
import { describe, expect, test, vi } from "vitest";
import { sides } from "../src/ui/why/testing/sides";
import { freshContexts, openPage, openUpdated, paused, small, violations } from "./page";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const site = freshContexts();

const updated = () => openUpdated(site.context);

const popover = (page: Page) => page.locator("#why");
const isOpen = (page: Page) => page.evaluate(() => document.querySelector("#why:popover-open") !== null);

/** Opens a number by keyboard. */
async function ask(page: Page, number: Locator): Promise<void> {
  await number.focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => isOpen(page)).toBe(true);
}

/** Opens each of these numbers: its filled formula comes to what is written. Returns the titles of the answers. */
async function askEach(page: Page, numbers: Locator): Promise<string[]> {
  const titles: string[] = [];
  const count = await numbers.count();
  for (let i = 0; i < count; i++) {
    const shown = (await numbers.nth(i).textContent())!.trim().split(" = ").at(-1)!;
    await ask(page, numbers.nth(i));
    const title = (await page.locator("#why-title").textContent())!;
    titles.push(title);
    const lines = await popover(page).locator(".filled").allTextContents();
    for (const text of lines) {
      if (text.startsWith("recorded: ")) continue;
      const [left, right] = sides(text);
      // Six digits of each value: what cancels out leaves a little more.
      expect(Math.abs(left - right), `${title}: ${text}`).toBeLessThan(2e-3 * Math.abs(right) + 2e-6);
      if (lines.length > 1) continue;
      // Within half a unit of the last digit that is written; "1510" has three.
      const [, mantissa, decimals = "", exponent = "0"] = /([\d]*(?:\.(\d+))?)(?:e(−?\d+))?/.exec(
        shown.replace(/^[+−]/, ""),
      )!;
      const unit = 10 ** (Number(exponent.replace("−", "-")) - decimals.length);
      const written = Number(mantissa) * 10 ** Number(exponent.replace("−", "-"));
      const scale = shown.endsWith("%") ? 100 : 1;
      expect(Math.abs(written - scale * Math.abs(right)), `${shown}: ${text}`).toBeLessThan(
        Math.max(0.502 * unit, unit === 1 && written > 1000 ? 0.005 * written : 0),
      );
    }
    await page.keyboard.press("Escape");
    await expect.poll(() => isOpen(page)).toBe(false);
  }
  return titles;
}

/** What has the keyboard. */
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? "");

/** Presses a source by keyboard: its code opens at the definition, which is marked. Escape goes back to the source. */
async function readSource(page: Page, button: Locator): Promise<void> {
  const [path, name] = (await button.textContent())!.split(": ");
  await button.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: `${name}, ${path}` });
  const line = dialog.locator("mark");
  await line.waitFor();
  expect(await line.textContent()).toContain(name);
  const number = Number(await line.getAttribute("data-line"));
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  expect(await line.textContent()).toBe(lines[number - 1]);
  expect(await dialog.locator("[data-line]").count()).toBe(lines.length);
  const [code, marked] = [await dialog.locator(".code").boundingBox(), await line.boundingBox()];
  expect(marked!.y).toBeGreaterThanOrEqual(code!.y);
  expect(marked!.y + marked!.height).toBeLessThanOrEqual(code!.y + code!.height);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(await focused(page)).toBe(`${path}: ${name}`);
}

describe("why?", () => {
  test("by keyboard: an advantage opens, its filled formula comes to the number shown, Escape goes back", async () => {
    const { page, problems } = await updated();
    const number = page.locator("td.advantage .why").last();
    const shown = Number((await number.textContent())!.replace("−", "-"));
    await number.focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => isOpen(page)).toBe(true);
    expect(await page.getByRole("dialog", { name: /^Advantage of the revision of \d$/ }).count()).toBe(1);
    const [left, right] = sides((await popover(page).locator(".filled").textContent())!);
    expect(left).toBeCloseTo(right, 3);
    expect(right.toFixed(2)).toBe(shown.toFixed(2));
    expect(await popover(page).textContent()).toContain("src/herl/advantage.ts");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("why");
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await expect.poll(() => isOpen(page)).toBe(false);
    expect(await number.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(problems).toEqual([]);
  });

  test("every number of the view opens, and comes to what it says", async () => {
    const { page, problems } = await updated();
    await page.locator("tr.revision button.token").nth(2).click();
    const line = page.locator("section[aria-labelledby=token] header p");
    await expect.poll(() => line.textContent()).toMatch(/^token 3 of the revision.+ρ·f′\(ρ\) = 0\.25;/);
    const numbers = page.locator(".why");
    // 8 rewards, 8 advantages, a bonus, the mean, 4 curves, 6 of the token, the flows, and what diffused and transferred.
    expect(await numbers.count()).toBeGreaterThan(25);
    const titles = await askEach(page, numbers);
    for (const kind of ["Reward of", "Bonus of", "Mean reward", "Advantage of", "Coefficient of", "Ratio of"])
      expect(titles.some((title) => title.startsWith(kind))).toBe(true);
    expect(titles).toEqual(expect.arrayContaining([expect.stringMatching(/^The four flows of update 1/)]));
    expect(problems).toEqual([]);
  });

  test("a second press on the number closes it, a press on another moves it, also on a phone and in the dark", async () => {
    const { page } = await updated();
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await page.setViewportSize({ width: 390, height: 844 });
    const numbers = page.locator("td.advantage .why");
    await numbers.first().click();
    await expect.poll(() => isOpen(page)).toBe(true);
    expect(await violations(page)).toEqual([]);
    const box = (await popover(page).boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(390);
    await popover(page).getByRole("button", { name: "Close" }).click();
    await expect.poll(() => isOpen(page)).toBe(false);
    await page.setViewportSize({ width: 1440, height: 900 });
    await numbers.first().click();
    await expect.poll(() => isOpen(page)).toBe(true);
    await numbers.first().click();
    await expect.poll(() => isOpen(page)).toBe(false);
    await page.waitForTimeout(400);
    expect(await isOpen(page)).toBe(false);
    await numbers.first().click();
    await expect.poll(() => isOpen(page)).toBe(true);
    await page.locator("td.number:not(.advantage) .why").first().click();
    await expect.poll(() => page.locator("#why-title").textContent()).toBe("Reward of response 1");
    await expect.poll(() => isOpen(page)).toBe(true);
    expect(await popover(page).count()).toBe(1);
  });
});

/** The same after one update that was analysed, in another view. */
async function updatedIn(view: "lab" | "theory"): Promise<{ page: Page; problems: string[] }> {
  const query = `${small.replace("groups=2", "groups=4")}&evaluation.every=0&analyzeEvery=1`;
  const { page, problems } = await openPage(site.context, query);
  await paused(page);
  await page.keyboard.press(".");
  await paused(page, "update");
  await page.locator(".dots button.revised").first().click();
  await page.keyboard.press(view === "lab" ? "2" : "6");
  return { page, problems };
}

const themes = [
  ["light", 1440, 900],
  ["dark", 390, 844],
] as const;

describe("why? in the lab", () => {
  const region = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

  test(
    "every number that stands in words opens, and comes to what it says",
    { timeout: 120_000 },
    async () => {
      const { page, problems } = await updatedIn("lab");
      await page.getByLabel("Reward of response 1, instead").fill("1");
      await page.getByLabel("Advantage of response 2, instead").fill("-3");
      await page.getByText("cosine of the gradients").waitFor();
      // A token of the revision: shaped, and with a gap.
      await page.locator("li.revision .token").nth(2).click();
      await expect
        .poll(() => region(page, "One token").textContent())
        .toMatch(/token 3 of the revision.+ρ·f′\(ρ\) = 0\.25;/);
      await expect.poll(() => region(page, "One sequence").textContent()).toContain("hindsight gap +");
      await expect
        .poll(() => region(page, "Where does the mass go?").textContent())
        .toContain("formula for dp gives");
      for (const name of ["Before and after", "Where does the mass go?", "As it might have been"])
        await expect.poll(() => region(page, name).getAttribute("aria-busy")).toBe("false");
      const titles = await askEach(page, page.locator(".lab .why"));
      for (const kind of [
        ...["Reward of", "Advantage of", "Coefficient of", "Ratio of", "Weight ρ·f′(ρ) of", "Entropy at"],
        ...[
          "Hindsight gap of “",
          "Correlation of equation (2) alone",
          "Slope of the measured change over first",
        ],
        ...[
          "The four flows",
          "Hindsight gap",
          "Change with the",
          "Change without",
          "Transfer",
          "Transfer to first",
        ],
        ...["Isolated transfer", "Left side of the bound", "Middle of", "Right side of", "Unmet weight"],
        ...[
          "Change of p of",
          "What the formula gives",
          "Cosine of",
          "Norm of the recorded",
          "Norm of the changed",
        ],
        ...["Σ |c| of response 1", "Advantage of response 2, as it was set here"],
      ])
        expect(titles.filter((title) => title.startsWith(kind)).length, kind).toBeGreaterThan(0);
      expect(problems).toEqual([]);
    },
  );

  test.each(themes)(
    "by keyboard: the cosine and the bound's left side, and their code; Escape goes back: %s, %i wide",
    async (colorScheme, width, height) => {
      const { page, problems } = await updatedIn("lab");
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height });
      await page.getByLabel("α, bonus").fill("0.5");
      const cosine = page.locator("dl div", { hasText: "cosine of the gradients" }).locator(".why");
      await cosine.waitFor();
      // An instruction whose responses differ in what they leave unmet: elsewhere the left side is 0.
      const bound = region(page, "One step").locator("p", { hasText: "The bound of" });
      const instruction = page.getByLabel("instruction");
      for (let i = 0; i < 4 && (await bound.textContent())!.includes(": 0 ≤"); i++)
        await instruction.selectOption(String(i));
      expect(await bound.textContent()).not.toContain(": 0 ≤");
      const left = bound.locator(".why").first();
      for (const [number, title, path] of [
        [cosine, /^Cosine of the gradients$/, "src/herl/counterfactual.ts"],
        [left, /^Left side of the bound, instruction \d, update 1$/, "src/analysis/bound.ts"],
      ] as const) {
        const shown = Number((await number.textContent())!.replace("−", "-"));
        await ask(page, number);
        expect(await page.locator("#why-title").textContent()).toMatch(title);
        const [computed] = sides((await popover(page).locator(".filled").textContent())!);
        expect(Math.abs(computed / shown - 1)).toBeLessThan(0.01);
        expect(await violations(page)).toEqual([]);
        const sources = popover(page).getByRole("button", { name: /^src\// });
        expect(await sources.first().textContent()).toContain(path);
        for (let i = 0; i < (await sources.count()); i++) await readSource(page, sources.nth(i));
        expect(await isOpen(page)).toBe(true);
        await page.keyboard.press("Escape");
        await expect.poll(() => isOpen(page)).toBe(false);
        expect(await number.evaluate((element) => element === document.activeElement)).toBe(true);
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      expect(problems).toEqual([]);
    },
  );
});

describe("why? in the theory", () => {
  test(
    "every number that stands in words opens, and comes to what it says",
    { timeout: 120_000 },
    async () => {
      const { page, problems } = await updatedIn("theory");
      const article = page.locator("article");
      await expect
        .poll(() => page.locator(".plate", { hasText: "How biased" }).textContent(), { timeout: 60_000 })
        .toContain("the toy, exact");
      const titles = await askEach(page, article.locator(".why"));
      for (const kind of [
        ...[
          "A success among 8",
          "A success among 64",
          "gain of a revision",
          "Responses of the toy that fail",
        ],
        ...[
          "Probability of",
          "What the logit of",
          "What all other logits",
          "Tokens that the mass",
          "Tokens that lose",
        ],
        ...["Weight ρ·f′(ρ) at", "Weight of the revised", "Left side of the bound, the toy, exact"],
        ...["Left side of the bound, a group of 8 from the toy", "Left side of the bound, instruction 1"],
        ...["The optimum", "How far apart", "Revisions against", "Isolated transfer on the toy"],
        ...["Hindsight gap, update 1", "Transfer", "Transfer to first", "Isolated transfer"],
      ])
        expect(titles.filter((title) => title.startsWith(kind)).length, kind).toBeGreaterThan(0);
      expect(problems).toEqual([]);
    },
  );

  test.each(themes)(
    "a formula's code opens, and its kernel's: %s, %i wide",
    async (colorScheme, width, height) => {
      const { page, problems } = await updatedIn("theory");
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height });
      const sources = page.locator("#equation-2 .formula button");
      await sources.first().waitFor();
      expect(await sources.allTextContents()).toEqual([
        "src/analysis/logits.ts: logitGradient",
        "src/kernels/lm_head/lm_head.wgsl: gradientParts",
        "src/kernels/lm_head/lm_head.as.ts: logitGradient",
      ]);
      for (const source of await sources.all()) await readSource(page, source);
      // Every formula has its own.
      await page.locator("#transfer .formula").first().waitFor();
      for (const formula of await page.locator("article .formula").all())
        expect(await formula.getByRole("button").count()).toBeGreaterThan(0);
      expect(problems).toEqual([]);
    },
  );
});
