/** Local models in the built page: the list, what a device lacks, and a download that finds no network. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { chromiumFlags } from "../vite.config";
import { launch, openPage, paused, small, violations } from "./page";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** No name resolves but this machine's own: the same with and without a network. */
const alone = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1";
let browser: Browser;
beforeAll(async () => {
  browser = await launch([...chromiumFlags, alone]);
});
afterAll(() => browser.close());

const dialog = (page: Page) => page.getByRole("dialog", { name: "Local models" });
const lines = (page: Page) => dialog(page).locator("li");

async function openDialog(from: Browser, options: Parameters<Browser["newContext"]>[0] = {}) {
  const context = await from.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const asked: string[] = [];
  context.on("request", (request) => asked.push(request.url()));
  const watched = await openPage(context, small);
  await paused(watched.page, "grade");
  expect(asked.filter((url) => /ModelsDialog|webllm/.test(url))).toEqual([]);
  await watched.page.keyboard.press("l");
  await dialog(watched.page).waitFor();
  return { ...watched, asked };
}

test("opened by a key: models with their sizes, and what this device lacks, without a request that leaves", async () => {
  const { page, problems, asked } = await openDialog(browser);
  await expect.poll(() => lines(page).count(), { timeout: 30_000 }).toBeGreaterThan(5);
  expect(await dialog(page).textContent()).toContain("without shader-f16");
  const qwen = lines(page).filter({ hasText: "Qwen2.5-0.5B-Instruct-q4f32_1-MLC" });
  expect(await qwen.textContent()).toMatch(/1\.1 GB of graphics memory, context of 4,096 tokens/);
  expect(await qwen.getByRole("button", { name: /^Download/ }).isEnabled()).toBe(true);
  const fitting = await lines(page).count();
  await page.getByLabel("only what runs here").uncheck();
  await page.getByLabel("Find").fill("q4f16_1");
  await expect.poll(() => lines(page).count()).toBeGreaterThan(fitting);
  expect(await lines(page).first().textContent()).toMatch(
    /It computes with shader-f16, which this graphics adapter does not have\. Choose a model with f32/,
  );
  expect(
    await lines(page)
      .first()
      .getByRole("button", { name: /^Download/ })
      .isDisabled(),
  ).toBe(true);
  await page.getByLabel("Find").fill("no such model");
  expect(await lines(page).textContent()).toBe("No model of that name.");
  await page.getByLabel("Find").fill("");
  expect(await violations(page)).toEqual([]);
  expect(asked.some((url) => url.includes("webllm.worker"))).toBe(true);
  expect(problems).toEqual([]);
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  await page.context().close();
});

test("a download without a network says what to do, and nothing is kept of it", async () => {
  const { page } = await openDialog(browser, { colorScheme: "dark", viewport: { width: 390, height: 844 } });
  const download = page.getByRole("button", { name: "Download SmolLM2-360M-Instruct-q4f32_1-MLC" });
  await download.click();
  const alert = dialog(page).getByRole("alert");
  await alert.waitFor({ timeout: 30_000 });
  expect(await alert.textContent()).toMatch(/WEBLLM_DOWNLOAD.*could not be fetched.*Check the connection/s);
  expect(await dialog(page).textContent()).toContain("No model is stored in this browser.");
  expect(await download.isEnabled()).toBe(true);
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.context().close();
});

test("a download shows that it goes on, also when the dialog was closed meanwhile, and can be cancelled", async () => {
  const { page } = await openDialog(browser);
  // A site that is slow to answer.
  await page.context().route("https://huggingface.co/**", () => {});
  await page.getByRole("button", { name: "Download SmolLM2-360M-Instruct-q4f32_1-MLC" }).click();
  await dialog(page).getByRole("progressbar").waitFor();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  await page.keyboard.press("l");
  const now = dialog(page).getByRole("region", { name: "Loading" });
  await now.waitFor();
  expect(await now.textContent()).toMatch(/SmolLM2-360M.*Fetching the model's program/s);
  expect(await violations(page)).toEqual([]);
  await now.getByRole("button", { name: "Cancel" }).click();
  await now.waitFor({ state: "detached" });
  expect(await dialog(page).getByRole("alert").count()).toBe(0);
  expect(await page.getByRole("button", { name: /^Download SmolLM2-360M-Instruct-q4f32/ }).isEnabled()).toBe(
    true,
  );
  await page.context().close();
});

test("a browser without WebGPU is told so, and fetches no program", async () => {
  const plain = await launch([...chromiumFlags.filter((flag) => !flag.includes("webgpu")), alone]);
  try {
    const { page, asked } = await openDialog(plain);
    const note = dialog(page).getByRole("note");
    await note.waitFor();
    expect(await note.textContent()).toMatch(/no WebGPU|no graphics adapter/);
    expect(await note.textContent()).toContain("judge over HTTP");
    expect(asked.some((url) => url.includes("webllm.worker"))).toBe(false);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Show the list" }).click();
    await expect.poll(() => lines(page).count(), { timeout: 30_000 }).toBeGreaterThan(5);
    expect(await lines(page).first().getByRole("button").isDisabled()).toBe(true);
  } finally {
    await plain.close();
  }
});
