/** Numbers that say why, and the numbers and files behind every figure. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, test, vi } from "vitest";
import { freshContexts, openPage, paused, violations } from "./page";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const site = freshContexts();

/** After one update, at an instruction with a revision. */
async function updated(): Promise<{ page: Page; problems: string[] }> {
  const { page, problems } = await openPage(site.context);
  await paused(page);
  await page.keyboard.press(".");
  await paused(page, "update");
  await page.locator(".dots button.revised").first().click();
  return { page, problems };
}

const popover = (page: Page) => page.locator("#why");
const isOpen = (page: Page) => page.evaluate(() => document.querySelector("#why:popover-open") !== null);

/** Both sides of "left = right", the left one computed as by hand. */
function sides(line: string): [left: number, right: number] {
  const [left, right] = line.split(" = ");
  const script = left
    .replaceAll("−", "-")
    .replaceAll("×", "*")
    .replace(/\b(exp|max)\(/g, "Math.$1(");
  expect(script).toMatch(/^[\d\s.e+*/(),-]*((Math\.\w+)[\d\s.e+*/(),-]*)*$/);
  return [Number(new Function(`return ${script}`)()), Number(right.replaceAll("−", "-"))];
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
    const count = await numbers.count();
    // 8 rewards, 8 advantages, a bonus, the mean, 4 curves, 6 of the token, the flows, and what diffused and transferred.
    expect(count).toBeGreaterThan(25);
    const titles: string[] = [];
    for (let i = 0; i < count; i++) {
      const number = numbers.nth(i);
      const shown = (await number.textContent())!.split(" = ").at(-1)!;
      await number.focus();
      await page.keyboard.press("Enter");
      await expect.poll(() => isOpen(page)).toBe(true);
      titles.push((await page.locator("#why-title").textContent())!);
      const lines = await popover(page).locator(".filled").allTextContents();
      for (const text of lines) {
        const [left, right] = sides(text);
        expect(left, text).toBeCloseTo(right, 3);
        if (lines.length > 1) continue;
        // Within half a unit of the last digit that is written.
        const [, mantissa, decimals = "", exponent = "0"] = /([\d]*(?:\.(\d+))?)(?:e(−?\d+))?/.exec(
          shown.replace(/^[+−]/, ""),
        )!;
        const unit = 10 ** (Number(exponent.replace("−", "-")) - decimals.length);
        const written = Number(mantissa) * 10 ** Number(exponent.replace("−", "-"));
        const scale = shown.endsWith("%") ? 100 : 1;
        expect(Math.abs(written - scale * Math.abs(right)), `${shown}: ${text}`).toBeLessThan(0.502 * unit);
      }
      await page.keyboard.press("Escape");
      await expect.poll(() => isOpen(page)).toBe(false);
    }
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

describe("behind a figure", () => {
  const open = async (page: Page, title: string) => {
    const button = page.getByRole("button", { name: `Numbers and files of “${title}”` });
    await button.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: title }).waitFor();
  };
  const save = async (page: Page, kind: string) => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: `Save as ${kind}` }).click();
    const file = await download;
    return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
  };

  test("the numbers as a table and as CSV; the picture as SVG with legend and run, and as PNG twice as large", async () => {
    const { page, problems } = await updated();
    await open(page, "Where the gradient goes");
    expect(await page.getByRole("dialog").locator("tbody tr").count()).toBe(4);
    expect(await violations(page)).toEqual([]);

    const table = await save(page, "CSV");
    expect(table.name).toBe("where-the-gradient-goes.csv");
    const [head, ...rows] = table.bytes.toString().trim().split("\r\n");
    expect(head).toBe("flow,rollouts,revisions,sum");
    const sums = rows.map((row) => row.split(",").slice(1).map(Number));
    for (const [rollouts, revisions, sum] of sums) expect(rollouts + revisions).toBeCloseTo(sum, 12);
    expect(sums[0][2]).toBeCloseTo(-sums[1][2], 9);

    const picture = await save(page, "SVG");
    const svg = picture.bytes.toString();
    expect(svg).toContain("purple comes from revisions");
    expect(svg).toContain("preset pocket-rare");
    expect(svg).not.toContain("var(--");
    const [, width, height] = /^<svg [^>]*width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;

    const { name, bytes } = await save(page, "PNG");
    expect(name).toBe("where-the-gradient-goes.png");
    expect(bytes.subarray(1, 4).toString()).toBe("PNG");
    expect(bytes.readUInt32BE(16)).toBe(Math.ceil(2 * Math.floor(Number(width))));
    expect(Math.abs(bytes.readUInt32BE(20) - 2 * Number(height))).toBeLessThanOrEqual(2);
    const colours = await page.evaluate(
      async (url) => {
        const image = new Image();
        image.src = url;
        await image.decode();
        const context = Object.assign(document.createElement("canvas"), {
          width: image.width,
          height: image.height,
        }).getContext("2d")!;
        context.drawImage(image, 0, 0);
        const { data } = context.getImageData(0, 0, image.width, image.height);
        return new Set(new Uint32Array(data.buffer)).size;
      },
      `data:image/png;base64,${bytes.toString("base64")}`,
    );
    // Bars, text with its soft edges and paper: an empty canvas has one colour.
    expect(colours).toBeGreaterThan(20);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(problems).toEqual([]);
  });

  test("every figure has numbers: curves, the vocabulary, what became of probabilities; on a phone too", async () => {
    const { page } = await updated();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("listbox", { name: /^Next-token gradient: 512 tokens/ }).waitFor();
    const rows: Record<string, number> = {
      reward: 2,
      "all met": 2,
      "entropy, nats/token": 1,
      "gain of a revision": 1,
      "Next-token gradient": 512,
      "Probability before and after the update": 5,
      "Where the gradient goes": 4,
    };
    for (const [title, least] of Object.entries(rows)) {
      const button = page.getByRole("button", { name: `Numbers and files of “${title}”` });
      const box = (await button.boundingBox())!;
      expect([box.width, box.height]).toEqual([40, 40]);
      await button.click();
      const dialog = page.getByRole("dialog", { name: title });
      await dialog.waitFor();
      expect(await dialog.locator("tbody tr").count()).toBeGreaterThanOrEqual(least);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }
  });
});
