/** The view Compare: runs of this browser, brought along and published, one over the other. */
import { readFile } from "node:fs/promises";
import { strToU8, zipSync } from "fflate";
import type { Page } from "playwright-core";
import { describe, expect, test, vi } from "vitest";
import { freshContexts, openPage, paused, small, untilUpdate, violations, type WatchedPage } from "./page";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const site = freshContexts();
const soon = { timeout: 30_000 };
const comparing = `${small}&view=compare`;

const recorded = (name: string) =>
  readFile(new URL(`../experiments/learning-proof/${name}`, import.meta.url), "utf8");

/** The published proof of learning as a run of this method and seed, all its rewards scaled. */
async function zipOf(variant: string, seed: number, scale: number) {
  const manifest = JSON.parse(await recorded("manifest.json")) as { config: object };
  const config = { ...manifest.config, variant, seed };
  const scaled = (text: string) =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { reward: number })
      .map((row) => JSON.stringify({ ...row, reward: row.reward * scale }))
      .join("\n");
  const files = {
    "manifest.json": JSON.stringify({ ...manifest, seed, config }),
    "metrics.jsonl": scaled(await recorded("metrics.jsonl")),
    "eval.jsonl": scaled(await recorded("eval.jsonl")),
  };
  const packed = zipSync(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])),
  );
  return { name: `${variant}-${seed}.zip`, mimeType: "application/zip", buffer: Buffer.from(packed) };
}

async function bring(page: Page, files: Awaited<ReturnType<typeof zipOf>>[]): Promise<void> {
  await page.getByText("Bring a run along", { exact: true }).click();
  await page.getByLabel("A .zip").setInputFiles(files);
}

const row = (page: Page, name: string) =>
  page.getByRole("region", { name: "Where they ended" }).locator("tbody tr", { hasText: name });
const shown = (page: Page, name: string | RegExp) => page.locator(".lists").getByRole("checkbox", { name });
const parameter = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);

const valuesRead = (page: Page) => page.getByRole("region", { name: "Values where the curves are read" });

/** Two methods with three seeds each. */
async function openTwoSeries(): Promise<WatchedPage> {
  const watched = await openPage(site.context, comparing);
  const { page } = watched;
  await page.getByRole("heading", { name: "Compare" }).waitFor(soon);
  const scales = [1, 0.9, 0.95];
  await bring(page, [
    ...(await Promise.all(scales.map((scale, seed) => zipOf("herl", seed, scale)))),
    ...(await Promise.all(scales.map((scale, seed) => zipOf("rlvr", seed, scale * 0.8)))),
  ]);
  await row(page, "RLVR").waitFor(soon);
  // Runs are read one after the other, and their values come with them.
  await expect.poll(() => valuesRead(page).textContent(), soon).not.toContain("–");
  return watched;
}

describe("comparing", () => {
  test("seeds are one series with its interval; differences are paired; the table sorts and is saved", async () => {
    const { page, problems } = await openTwoSeries();
    await page.getByText("Metrics, 4 shown").waitFor(soon);
    expect(await row(page, "HeRL").locator("td").first().textContent()).toBe("3");
    await page.getByLabel("baseline").selectOption({ label: (await row(page, "RLVR").locator("th").textContent())! }); // prettier-ignore
    await expect.poll(() => row(page, "HeRL").textContent(), soon).toMatch(/\+0\.\d+ \[.*p = 0\.25, 3 pairs/);
    const first = () => page.getByRole("region", { name: "Where they ended" }).locator("tbody th").first();
    await page.getByRole("button", { name: /^held-out reward/ }).click();
    expect(await first().textContent()).toContain("HeRL");
    await page.getByRole("button", { name: /^held-out reward/ }).click();
    expect(await first().textContent()).toContain("RLVR");
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as CSV" }).click();
    const text = await readFile((await (await saved).path())!, "utf8");
    expect(text.split("\r\n")[0]).toMatch(/^series,seeds,updates,held-out reward,held-out reward: low/);
    expect(text.split("\r\n")).toHaveLength(4);
    expect(problems).toEqual([]);
  });

  test("one cursor reads all curves, by pointer and by keyboard; smoothing and single runs change the picture only", async () => {
    const { page, problems } = await openTwoSeries();
    const values = valuesRead(page);
    const atEnd = await values.textContent();
    const picture = page.locator(".picture").first();
    const box = (await picture.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.3, box.y + 40);
    await expect.poll(() => values.textContent(), soon).not.toBe(atEnd);
    expect(await page.locator(".picture").nth(1).locator("circle").count()).toBe(2);
    await page.mouse.move(5, 5);
    await expect.poll(() => values.textContent(), soon).toBe(atEnd);
    const slider = page.getByLabel(/^Read all curves at/);
    await slider.focus();
    await page.keyboard.press("Home");
    expect(await slider.getAttribute("aria-valuetext")).toMatch(/^0 responses; held-out: reward: HeRL/);
    await slider.blur();
    const painted = () =>
      picture.locator("canvas").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const before = await painted();
    await page.getByLabel(/^smoothing/).fill("0.8");
    await expect.poll(painted, soon).not.toBe(before);
    expect(await values.textContent()).toBe(atEnd);
    const smooth = await painted();
    await page.getByLabel("Single runs").check();
    await expect.poll(painted, soon).not.toBe(smooth);
    expect(problems).toEqual([]);
  });

  test("series are hidden and pinned by keyboard, and the address says what is compared", async () => {
    const { page, problems } = await openTwoSeries();
    await shown(page, /RLVR/).focus();
    await page.keyboard.press("p");
    await page.getByRole("button", { name: /^Pin RLVR/, pressed: true }).waitFor(soon);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    await expect.poll(() => row(page, "RLVR").count(), soon).toBe(0);
    await page.getByLabel(/^across/).selectOption("tokens");
    await page.getByText("Metrics, 4 shown").click();
    await page.getByRole("group", { name: "Metrics" }).getByLabel("entropy").uncheck();
    await expect.poll(() => parameter(page, "x"), soon).toBe("tokens");
    expect(parameter(page, "metrics")!.split(" ")).not.toContain("entropy");
    const show = parameter(page, "show")!;
    expect(show).toMatch(/^[0-9a-f]{8}$/);
    await page.reload();
    await row(page, "HeRL").waitFor(soon);
    await expect.poll(() => page.locator(".picture").count(), soon).toBe(3);
    expect(await row(page, "RLVR").count()).toBe(0);
    expect(parameter(page, "show")).toBe(show);
    // Other views keep it too.
    await page.keyboard.press("1");
    expect(parameter(page, "show")).toBeNull();
    await page.keyboard.press("4");
    await expect.poll(() => parameter(page, "show"), soon).toBe(show);
    expect(problems).toEqual([]);
  });

  test("a deletion can be taken back until it is carried out, and then the run is gone", async () => {
    const { page, problems } = await openTwoSeries();
    await page.getByRole("button", { name: /^Runs of HeRL/ }).click();
    await page.getByRole("button", { name: /^Delete seed 1 of HeRL/ }).click();
    await expect.poll(() => row(page, "HeRL").locator("td").first().textContent(), soon).toBe("2");
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => row(page, "HeRL").locator("td").first().textContent(), soon).toBe("3");
    await page.getByRole("button", { name: "Delete all 3" }).click();
    await expect.poll(() => row(page, "HeRL").count(), soon).toBe(0);
    await page.getByRole("button", { name: "Dismiss" }).click();
    await page.getByRole("button", { name: "Undo" }).waitFor({ state: "detached", ...soon });
    await page.reload();
    await row(page, "RLVR").waitFor(soon);
    expect(await shown(page, /HeRL/).count()).toBe(0);
    expect(problems).toEqual([]);
  });
});

describe("runs", () => {
  test("of this browser are there, grow as they train, and the open one cannot be deleted", async () => {
    const { page, problems } = await openPage(site.context);
    await paused(page, "grade");
    await page.keyboard.press(".");
    await untilUpdate(page, 1);
    await page.keyboard.press("4");
    await row(page, "HeRL").waitFor(soon);
    await page.getByRole("button", { name: /^Runs of HeRL/ }).click();
    expect(await page.getByRole("button", { name: /^Delete seed 0/ }).isDisabled()).toBe(true);
    expect(await page.locator(".lists").textContent()).toContain("1 update");
    await page.keyboard.press("1");
    await page.keyboard.press(".");
    await untilUpdate(page, 2);
    await page.keyboard.press("4");
    await page.getByRole("button", { name: /^Runs of HeRL/ }).click();
    await expect.poll(() => page.locator(".lists").textContent(), soon).toContain("2 updates");
    expect(problems).toEqual([]);
  });

  test("that are faulty are named by file and line, and change nothing", async () => {
    const { page, problems } = await openPage(site.context, comparing);
    await page.getByRole("heading", { name: "Compare" }).waitFor(soon);
    const metrics = `${(await recorded("metrics.jsonl")).split("\n")[0]}\n{"step": "<img src=x onerror=alert(1)>"}\n`;
    const buffer = Buffer.from(
      zipSync({
        "manifest.json": strToU8(await recorded("manifest.json")),
        "metrics.jsonl": strToU8(metrics),
      }),
    );
    await bring(page, [{ name: "bad.zip", mimeType: "application/zip", buffer }]);
    const alert = page.getByRole("alert");
    await expect.poll(() => alert.textContent(), soon).toMatch(/bad\.zip\/metrics\.jsonl, line 2: step: /);
    expect(await page.locator(".lists li").count()).toBe(0);
    expect(problems).toEqual([]);
  });

  test("are dropped as a .zip anywhere on the view", async () => {
    const { page, problems } = await openPage(site.context, comparing);
    await page.getByRole("heading", { name: "Compare" }).waitFor(soon);
    const { buffer, name } = await zipOf("he", 4, 1);
    const transfer = await page.evaluateHandle(
      ([content, name]) => {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], name));
        return transfer;
      },
      [buffer.toString("base64"), name] as const,
    );
    await page.dispatchEvent("h2", "drop", { dataTransfer: transfer });
    await row(page, "HE").waitFor(soon);
    // No task file was meant: its dialog stays closed.
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(problems).toEqual([]);
  });
});

describe("published experiments", () => {
  test("are chosen by link; their units are trained here one by one, and what was begun stays", async () => {
    const { page, problems } = await openPage(site.context, `${comparing}&experiment=tuning`);
    await page.getByText("Run it here").click(soon);
    expect(await page.getByLabel("published experiment").inputValue()).toBe("tuning");
    await page.getByRole("button", { name: /^Run \d+ runs?/ }).click();
    const first = page.locator("ol li").first();
    await expect.poll(() => first.textContent(), { timeout: 60_000 }).toMatch(/update [1-9]\d* of \d+/);
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect.poll(() => first.textContent(), soon).toContain("waiting");
    const own = page.getByRole("region", { name: "Of this browser" }).getByRole("checkbox");
    await expect.poll(() => own.count(), soon).toBeGreaterThan(0);
    expect(problems).toEqual([]);
  });

  test("the paper's numbers are dashed references that say whose they are", async () => {
    const { page, problems } = await openTwoSeries();
    await page.getByText("The paper's own numbers").click();
    await page
      .locator("optgroup")
      .first()
      .waitFor({ state: "attached", ...soon });
    await page.getByLabel(/^dashed in the panel/).selectOption({ label: "IFEval, Qwen2.5-7B-Instruct" });
    const picture = page.locator(".picture").first();
    await expect.poll(() => picture.textContent(), soon).toContain("paper: HeRL 82.4 %");
    expect(await page.locator(".curves").textContent()).toMatch(/of another model and other tasks/);
    expect(await page.getByRole("region", { name: "Where they ended" }).textContent()).not.toContain("82.4");
    expect(problems).toEqual([]);
  });
});

test("nothing of it hinders those who cannot see or point, in both themes and on a phone", async () => {
  const { page } = await openTwoSeries();
  await page.getByRole("button", { name: /^Runs of HeRL/ }).click();
  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.reload();
  await row(page, "RLVR").waitFor(soon);
  expect(await violations(page)).toEqual([]);
  const wide = await page
    .locator(".compare")
    .evaluate((element) => element.scrollWidth > element.clientWidth);
  expect(wide).toBe(false);
});
