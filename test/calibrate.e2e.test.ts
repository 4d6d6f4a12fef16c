/** "Know your judge" in the built page: a judge with known errors is measured, and training on it asks first. */
import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { gradeByCode } from "../src/rubric/code_grader";
import type { RubricItem } from "../src/rubric/schema";
import { englishRegistry } from "../src/rubric/verifiers/registry";
import type { Calibration } from "../src/runs/calibration_record";
import { families } from "../src/worlds/pocket/families/registry";
import { allWords } from "../src/worlds/pocket/lexicon";
import { startJudgeServer, type JudgeServer } from "./judge_server";
import { field, freshContexts, openPage, paused, untilUpdate, violations } from "./page";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

/** The pocket world's items by the text that a judge is asked. */
const pocketItems: ReadonlyMap<string, RubricItem> = new Map(
  [...families.values()].flatMap(({ choices, tell, verifier }) =>
    choices(allWords).map((kwargs): [string, RubricItem] => [
      tell(kwargs),
      { text: tell(kwargs), weight: 1, polarity: "want", check: { by: "code", verifier, kwargs } },
    ]),
  ),
);

/** What is asked of a judge about items whose truth is known, and how often it says the opposite. */
const asked = { all: 0, flipped: 0 };

/** Knows the truth of the pocket world's items, and turns it for every third letter. */
function flipping(text: string, response: string): string | null | undefined {
  const item = pocketItems.get(text);
  if (!item) return undefined;
  const flips = (response.length + text.length) % 3 === 0;
  asked.all++;
  if (flips) asked.flipped++;
  const present = gradeByCode(englishRegistry, item, response).status === "satisfied";
  return present === flips ? null : response;
}

const site = freshContexts();
let server: JudgeServer;
beforeEach(async () => {
  [asked.all, asked.flipped] = [0, 0];
  server = await startJudgeServer({ cors: true, rule: flipping });
});
afterEach(() => server.close());

const settings =
  "groups=4&backend=cpu&evaluation.heldout=0&evaluation.close=0&evaluation.ood=0&evaluation.every=0";
const judged = () => `?preset=pocket-soft&${settings}&judge.url=${server.url}&judge.model=flipping`;
const dialog = (page: Page) => page.getByRole("dialog", { name: "Know your judge" });
const result = (page: Page) => dialog(page).getByRole("region", { name: "What was measured" });
/** The definition that stands beside a term. */
const number = (page: Page, term: string) =>
  result(page).locator("dl > div").filter({ hasText: term }).locator("dd").textContent();

async function open(page: Page): Promise<void> {
  await page.keyboard.press("k");
  await dialog(page).waitFor();
}

async function measure(page: Page, limit: number): Promise<void> {
  await dialog(page).getByLabel("at most").fill(String(limit));
  await dialog(page).getByRole("button", { name: "Measure" }).click();
  await result(page).waitFor({ timeout: 30_000 });
}

/** The calibrations in the manifests of the stored runs. */
const recorded = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<(Calibration | undefined)[]>((resolve) => {
        const request = indexedDB.open("herl-playground");
        request.onsuccess = () => {
          const all = request.result.transaction("runs").objectStore("runs").getAll();
          all.onsuccess = () =>
            resolve(
              (all.result as { manifest: { calibration?: Calibration } }[]).map(
                ({ manifest }) => manifest.calibration,
              ),
            );
        };
      }),
  );

test("a judge that is wrong a third of the time: counted, recorded, kept, and training on it asks first", async () => {
  const { page, problems } = await openPage(site.context, judged());
  await paused(page, "grade");
  await page.keyboard.press(".");
  await untilUpdate(page, 1);
  await paused(page);
  await open(page);
  expect(await dialog(page).textContent()).toContain("was not measured yet");
  await measure(page, 30);

  const right = 1 - asked.flipped / asked.all;
  expect(asked.all).toBeGreaterThanOrEqual(30);
  expect(await number(page, "right")).toContain(`${Math.round(right * 100)}\u202f%`);
  expect(await result(page).textContent()).toMatch(/Think twice: its accuracy on \d+ items may be as low as/);
  expect(await result(page).locator("summary").textContent()).toContain(`${asked.flipped} items`);
  expect(await result(page).locator("tbody tr").first().textContent()).toContain("all items");
  expect(await number(page, "cost")).toContain("30 calls");
  await result(page)
    .getByRole("img", { name: /Judge against code, by item: right in/ })
    .waitFor();
  const download = page.waitForEvent("download");
  await result(page).getByRole("button", { name: "Save as JSON" }).click();
  expect((await download).suggestedFilename()).toMatch(/^calibration-[0-9a-f]{8}\.json$/);
  expect(await violations(page)).toEqual([]);

  const inManifest = (await recorded(page))[0]!;
  expect(inManifest.overall.accuracy).toMatchObject({ count: asked.all - asked.flipped, of: asked.all });
  expect(inManifest.judge.settings).toMatchObject({ url: server.url, model: "flipping" });
  expect(inManifest).not.toHaveProperty("cases");

  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  const question = page.getByRole("dialog", { name: "Train on this judge?" });
  await page.keyboard.press(".");
  await question.waitFor();
  expect(await question.textContent()).toContain("may be as low as");
  await question.getByRole("button", { name: "Cancel" }).click();
  expect(await field(page, "update")).toBe(1);
  await page.keyboard.press(".");
  await question.getByRole("button", { name: "Train all the same" }).click();
  await untilUpdate(page, 2);
  await paused(page);
  // Asked once for a run.
  await page.keyboard.press(".");
  await untilUpdate(page, 3);
  expect(await question.count()).toBe(0);

  // Another visit, a new run: the judge is known, and nothing is asked to show it.
  await paused(page);
  const calls = asked.all;
  await page.reload();
  await paused(page, "grade");
  await open(page);
  await result(page).waitFor();
  expect(await number(page, "right")).toContain(`${Math.round(right * 100)}\u202f%`);
  expect(asked.all).toBe(calls);
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  await page.keyboard.press(".");
  await question.getByRole("button", { name: "Train all the same" }).click();
  await untilUpdate(page, 1);
  await paused(page);
  expect(await recorded(page)).toEqual([inManifest, inManifest]);
  expect(problems.filter((problem) => problem !== `request to ${server.url}/v1/chat/completions`)).toEqual(
    [],
  );
});

test("files of one's own, on a phone in the dark: stopped early, a judge that is down, then measured", async () => {
  const context = await site.browser.newContext({
    ...{ viewport: { width: 390, height: 844 }, colorScheme: "dark", reducedMotion: "reduce" },
  });
  const { page } = await openPage(context, judged());
  await paused(page, "grade");
  await open(page);
  await dialog(page).getByLabel("from files").check();
  const start = dialog(page).getByRole("button", { name: "Measure" });
  expect(await start.isDisabled()).toBe(true);
  const check = { by: "code", verifier: "keywords:existence", kwargs: { keywords: ["fox"] } };
  const task = { key: "a", prompt: "Write.", rubric: [{ text: "Mentions fox.", check }] };
  const responses = Array.from({ length: 60 }, (_, i) => ({
    key: "a",
    response: i % 2 ? `A fox ${i}` : `${i}`,
  }));
  const file = (name: string, lines: readonly unknown[]) => ({
    ...{ name, mimeType: "application/jsonl" },
    buffer: Buffer.from(lines.map((line) => JSON.stringify(line)).join("\n")),
  });
  await dialog(page)
    .getByLabel("Tasks with items")
    .setInputFiles(file("tasks.jsonl", [task]));
  const lines = [...responses, { key: "b", response: "Of no task." }];
  await dialog(page).getByLabel("Responses: lines").setInputFiles(file("responses.jsonl", lines));

  server.options = { cors: true, delay: 300 };
  await dialog(page).getByLabel("at most").fill("60");
  await start.click();
  await dialog(page)
    .getByText(/^[1-9]\d* of 60 responses/)
    .waitFor();
  await dialog(page).getByRole("button", { name: "Stop" }).click();
  await result(page).waitFor();
  expect(await result(page).textContent()).toContain("stopped early");
  expect(await dialog(page).textContent()).toContain("belong to no task of the file: 1.");

  server.options = { cors: true, key: "another" };
  await start.click();
  await dialog(page).getByRole("alert").waitFor();
  expect(await dialog(page).getByRole("alert").textContent()).toMatch(/JUDGE_REFUSED.*key/s);

  server.options = { cors: true };
  await start.click();
  await expect.poll(() => number(page, "right"), { timeout: 30_000 }).toMatch(/^100/);
  await expect.poll(() => result(page).textContent()).toMatch(/60\s+responses/);
  expect(await result(page).textContent()).toContain("Good enough");
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await context.close();
});

test("without a judge it says so, and leads to the place where one is named", async () => {
  const { page, problems } = await openPage(site.context);
  await paused(page, "grade");
  await open(page);
  expect(await dialog(page).getByRole("note").textContent()).toContain("names no judge");
  await dialog(page).getByRole("button", { name: "Judge…" }).click();
  await dialog(page).waitFor({ state: "detached" });
  expect(problems).toEqual([]);
});
