/** The numbers and files behind every figure. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, test, vi } from "vitest";
import { freshContexts, openUpdated, violations } from "./page";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const site = freshContexts();
const updated = () => openUpdated(site.context);

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
