/** The cpu backend on several threads, where the page is isolated: the same digits. */
import { cpus } from "node:os";
import { expect, inject, test, vi } from "vitest";
import { freshContexts, paused, small } from "./page";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const site = freshContexts();

/** The digest of a run of one update, and what its backend says of itself. */
async function trainAt(url: string): Promise<{ digest: string | null; label: string | null }> {
  // Runs are stored by origin: each page has a store of its own here.
  const context = await site.browser.newContext();
  const page = await context.newPage();
  await page.goto(url + small);
  await paused(page);
  const label = await page.getByRole("button", { name: /WebAssembly SIMD/ }).textContent();
  await page.keyboard.press(".");
  await paused(page, "update");
  await page.getByRole("button", { name: "Runs", exact: true }).click();
  const digest = await page.getByRole("dialog").locator(".digest code").textContent();
  await context.close();
  return { digest, label };
}

test.skipIf(cpus().length < 2)(
  "an isolated page trains on several threads to the digest of one",
  async () => {
    const one = await trainAt(inject("siteUrl"));
    const several = await trainAt(inject("isolatedUrl"));
    expect(one.label).toContain("one thread");
    expect(several.label).toMatch(/\d threads/);
    expect(one.digest).toMatch(/^[0-9a-f]{16}$/);
    expect(several.digest).toBe(one.digest);
  },
);
