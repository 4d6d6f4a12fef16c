/** A judge in the built page: chosen by hand, asked over another origin, gone and back, and its key found nowhere. */
import { readFile } from "node:fs/promises";
import { unzipSync } from "fflate";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startJudgeServer, type JudgeServer } from "./judge_server";
import { freshContexts, openPage, paused, statusOf, untilUpdate, violations } from "./page";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const key = "sk-page-0123456789abcdef";
const model = "tiny-judge";
const site = freshContexts();
let judge: JudgeServer;
beforeEach(async () => {
  judge = await startJudgeServer({ cors: true, model });
});
afterEach(() => judge.close());

/** Two groups of seven responses, each with two items for the judge; no evaluation. */
const soft = "?preset=pocket-soft&groups=2&backend=cpu&evaluation.every=0&judge.retries=0";
const judged = (more = "") =>
  `${soft}&judge.url=${encodeURIComponent(judge.url)}&judge.model=${model}${more}`;

const dialog = (page: Page) => page.getByRole("dialog", { name: "Judge" });
const bar = (page: Page) => page.getByRole("region", { name: "Judge" });
const banner = (page: Page) => page.locator(".pause");
const verdicts = (page: Page) => page.locator("td.item button.why");
/** What is wrong with the page, requests to the judge apart. */
const faults = (problems: readonly string[]) => problems.filter((text) => !text.includes(judge.url));

/** Opens the page on a run whose judge has graded the first groups. */
async function openJudged(more = "") {
  const watched = await openPage(site.context, judged(more));
  await paused(watched.page, "grade");
  return watched;
}

/** Everything that the page has stored in this browser, as text. */
const stored = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error as Error);
      });
    const plain = (_: string, value: unknown) =>
      ArrayBuffer.isView(value) ? new TextDecoder("latin1").decode(value) : value;
    const parts = [
      JSON.stringify({ ...localStorage }),
      JSON.stringify({ ...sessionStorage }),
      document.cookie,
    ];
    for (const { name } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name!));
      for (const store of database.objectStoreNames)
        parts.push(
          JSON.stringify(await done(database.transaction(store).objectStore(store).getAll()), plain),
        );
      database.close();
    }
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys()) parts.push(url);
    return parts.join("\n");
  });

describe("from nothing", () => {
  test("a soft preset asks for a judge; one is entered by keyboard, tried, and grades an update; its key is nowhere", async () => {
    judge.options = { cors: true, model, key };
    const said: string[] = [];
    const { page, problems } = await openPage(site.context, soft);
    page.on("console", (message) => said.push(message.text()));
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/JUDGE_MISSING.*are for a judge/s);
    const choose = page.getByRole("button", { name: "Choose a judge…" });
    await choose.focus();
    await page.keyboard.press("Enter");
    await dialog(page).waitFor();
    expect(await dialog(page).getByRole("button", { name: "Start over with this judge" }).isDisabled()).toBe(
      true,
    );

    await page.getByLabel("Address").focus();
    await page.keyboard.type(`${judge.url}/v1`);
    await page.keyboard.press("Tab");
    await page.keyboard.type(key);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("List its models");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: model }).focus();
    await page.keyboard.press("Enter");
    expect(await page.getByLabel("Model", { exact: true }).inputValue()).toBe(model);
    expect(await page.getByLabel("Key").inputValue()).toBe("");

    const start = page.getByRole("button", { name: "Test the connection" });
    await start.focus();
    await page.keyboard.press("Enter");
    await expect
      .poll(() => dialog(page).locator(".outcome").textContent())
      .toMatch(/It works: .*by a JSON schema/);
    expect(judge.seen[0].headers.authorization).toBe(`Bearer ${key}`);

    await page.getByRole("button", { name: "Start over with this judge" }).focus();
    await page.keyboard.press("Enter");
    await paused(page, "grade");
    expect(await verdicts(page).count()).toBe(14);
    const names = await verdicts(page).evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
    expect(new Set(names.map((name) => name!.replace(/,.*/, "")))).toEqual(new Set(["met", "not met"]));

    await verdicts(page).first().focus();
    await page.keyboard.press("Enter");
    const why = page.getByRole("dialog", { name: /^Item \d of response 1$/ });
    await why.waitFor();
    expect(await why.textContent()).toMatch(/met, by tiny-judge.*reason.*It is (not )?there\./s);
    await page.keyboard.press("Escape");

    await page.keyboard.press(".");
    await untilUpdate(page, 1);
    await expect
      .poll(() => bar(page).textContent())
      .toMatch(/tiny-judge at 127\.0\.0\.1:\d+.*\d+ calls.*tokens/s);

    const download = page.waitForEvent("download");
    await page.keyboard.press("e");
    const files = unzipSync(new Uint8Array(await readFile(await (await download).path())));
    expect(Object.keys(files)).toContain("judgements.jsonl");
    const texts = Object.values(files).map((bytes) => new TextDecoder("latin1").decode(bytes));
    expect(texts.join("\n")).toContain(judge.url);
    const places = {
      url: page.url(),
      stored: await stored(page),
      page: await page.content(),
      export: texts.join("\n"),
    };
    expect(places.stored).toContain(judge.url);
    for (const [place, text] of Object.entries({ ...places, console: said.join("\n") }))
      expect(text.includes(key), place).toBe(false);
    expect(faults(problems)).toEqual([]);
  });

  test("an address with a password in it is refused and never becomes part of a link", async () => {
    const { page } = await openPage(site.context, soft);
    await page.getByRole("button", { name: "Choose a judge…" }).click();
    await page.getByLabel("Address").fill("http://me:hunter2@127.0.0.1:1/v1");
    expect(await page.locator("#judge-url-about").textContent()).toContain("give the key apart");
    expect(await page.getByRole("button", { name: "Start over with this judge" }).isDisabled()).toBe(true);
    await page.goto(
      page.url().replace(/\?.*/, `${soft}&judge.url=${encodeURIComponent("http://me:hunter2@x/v1")}`),
    );
    await page.getByRole("alert").first().waitFor();
    expect(page.url()).not.toContain("hunter2");
    expect(await stored(page)).not.toContain("hunter2");
  });
});

test("a judge that thinks is waited for in sight: some items are being judged, others are decided", async () => {
  judge.options = { cors: true, model, delay: 250 };
  const { page } = await openPage(site.context, judged("&judge.concurrency=1"));
  const marks = page.locator("td.item .verdict");
  await expect
    .poll(async () => [await marks.filter({ hasText: "being judged" }).count(), await verdicts(page).count()])
    .toEqual([expect.any(Number), expect.any(Number)]);
  await expect
    .poll(async () => {
      const pending = await marks.filter({ hasText: "being judged" }).count();
      return pending > 0 && (await verdicts(page).count()) > 0;
    })
    .toBe(true);
  expect(await violations(page)).toEqual([]);
  await paused(page, "grade");
  expect(await marks.filter({ hasText: "being judged" }).count()).toBe(0);
});

test("what a judge does not decide is unknown with its reason, and leaves the group", async () => {
  judge.options = { cors: true, model, fault: (n) => (n % 3 === 0 ? "refusal" : null) };
  const { page, problems } = await openJudged();
  const unknown = page.getByRole("button", { name: /^unknown: the judge declined: I cannot grade this\./ });
  await expect.poll(() => unknown.count()).toBeGreaterThan(0);
  expect(await page.locator("td.text .cut").first().textContent()).toMatch(
    /Left out, items? [\d, ]+ (is|are) unknown: the judge declined/,
  );
  expect(await page.locator(".explanation").last().textContent()).toMatch(
    /In this update \d+ of 14 graded responses/,
  );
  await page.keyboard.press(".");
  await untilUpdate(page, 1);
  expect(
    await page
      .locator("tr", { has: page.locator(".unknown") })
      .first()
      .locator(".advantage")
      .textContent(),
  ).toBe("");
  expect(faults(problems)).toEqual([]);
});

describe("a judge that is gone", () => {
  test("pauses the run, which goes on where it was when it is back; nothing is asked twice", async () => {
    const answered: string[] = [];
    const down = new Set<number>();
    let isDown = false;
    judge.options = {
      cors: true,
      model,
      fault: (n, { messages }) => {
        if (!isDown) answered.push(JSON.stringify(messages));
        else down.add(n);
        return isDown ? "dropped" : null;
      },
    };
    const { page, problems } = await openJudged("&judge.timeout=5");
    expect(answered.length).toBeGreaterThan(5);
    isDown = true;
    await page.keyboard.press("Space");
    await banner(page).waitFor({ timeout: 30_000 });
    expect(await banner(page).textContent()).toMatch(
      /Paused by the judge\..*JUDGE_DOWN.*CORS setting.*asked twice/s,
    );
    await expect.poll(() => statusOf(page).textContent()).toMatch(/^Paused/);
    expect(await violations(page)).toEqual([]);
    expect(down.size).toBeGreaterThan(0);
    isDown = false;
    await page.getByRole("button", { name: "Go on" }).click();
    await banner(page).waitFor({ state: "detached" });
    // It was playing, so it plays on.
    await untilUpdate(page, 2);
    await page.keyboard.press("Space");
    expect(new Set(answered).size).toBe(answered.length);
    expect(await bar(page).textContent()).toMatch(/[1-9]\d* kept from before/);
    expect(faults(problems).filter((text) => !text.includes("ERR_EMPTY_RESPONSE"))).toEqual([]);
  });

  test("a phase that it interrupted is the phase that is taken up", async () => {
    const { page } = await openJudged();
    for (const phase of ["select", "revise"]) {
      await page.keyboard.press(",");
      await paused(page, phase);
    }
    const { options } = judge;
    judge.options = { ...options, key };
    await page.keyboard.press(",");
    await banner(page).waitFor();
    expect(await banner(page).textContent()).toContain("JUDGE_REFUSED");
    judge.options = options;
    await page.getByRole("button", { name: "Go on" }).click();
    await paused(page, "regrade");
  });

  test("one that does not allow the page's origin is named, in the dialog and in a run", async () => {
    judge.options = { model };
    const { page } = await openPage(site.context, judged());
    await banner(page).waitFor();
    expect(await banner(page).textContent()).toMatch(/JUDGE_DOWN.*CORS/s);
    await page.keyboard.press("j");
    await page.getByRole("button", { name: "Test the connection" }).click();
    const trouble = dialog(page).getByRole("alert");
    await trouble.waitFor();
    expect(await trouble.textContent()).toContain(new URL(page.url()).origin);
    expect(await trouble.textContent()).toContain("CORS");
    await page.getByRole("button", { name: "List its models" }).click();
    await expect.poll(() => trouble.count()).toBe(2);
    expect(await violations(page)).toEqual([]);
  });

  test("one whose budget is spent goes on when it is raised, without starting over", async () => {
    const { page } = await openPage(site.context, judged("&judge.budgetCalls=4"));
    await banner(page).waitFor();
    expect(await banner(page).textContent()).toContain("JUDGE_BUDGET");
    expect(judge.seen).toHaveLength(4);
    await page.getByRole("button", { name: "Raise the budget…" }).click();
    await page.getByText("What it may cost").click();
    await page.getByLabel("Budget, calls").fill("500");
    await dialog(page).getByRole("button", { name: "Go on" }).click();
    await paused(page, "grade");
    expect(await bar(page).textContent()).toMatch(/\d+ of 500 calls/);
    expect(new Set(judge.seen.map(({ body }) => JSON.stringify(body.messages))).size).toBe(judge.seen.length);
  });
});

test("a model in the page can be chosen: the way to it is there, and a run without it says what to do", async () => {
  const { page, problems } = await openPage(site.context, soft);
  await page.getByRole("button", { name: "Choose a judge…" }).click();
  await page.getByLabel("Server").selectOption("a model in this page");
  expect(await dialog(page).textContent()).toContain("No model is loaded in this page yet");
  expect(await page.getByRole("button", { name: "Start over with this judge" }).isDisabled()).toBe(true);
  await page.getByRole("button", { name: "Local models…" }).click();
  await page.getByRole("dialog", { name: "Local models" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("j");
  expect(await page.getByLabel("Server").inputValue()).toBe("page");
  expect(await violations(page)).toEqual([]);
  const local = `${soft}&judge.url=${encodeURIComponent("http://webllm.invalid/v1")}&judge.model=Tiny`;
  await page.goto(page.url().replace(/\?.*/, local));
  await banner(page).waitFor();
  expect(await banner(page).textContent()).toMatch(
    /Tiny is to judge in this page.*Load it under Local models/s,
  );
  expect(await bar(page).textContent()).toContain("Tiny in this page");
  await banner(page).getByRole("button", { name: "Local models…" }).click();
  await page.getByRole("dialog", { name: "Local models" }).waitFor();
  expect(faults(problems)).toEqual([]);
});

test("another preset keeps the judge; a preset without judged items offers the one that has them", async () => {
  const { page } = await openPage(
    site.context,
    "?preset=pocket-rare&groups=2&backend=cpu&evaluation.every=0",
  );
  await paused(page, "grade");
  expect(await bar(page).count()).toBe(0);
  await page.keyboard.press("j");
  await page.getByLabel("Address").fill(judge.url);
  await page.getByLabel("Model", { exact: true }).fill(model);
  await page.getByRole("button", { name: "Keep it for later" }).click();
  await dialog(page).waitFor({ state: "detached" });
  expect(judge.seen).toEqual([]);
  await page.getByLabel("preset").selectOption("pocket-soft");
  await bar(page).waitFor();
  await paused(page, "grade");
  expect(judge.seen.length).toBeGreaterThan(0);
  expect(await bar(page).textContent()).toContain(model);
});

describe.each([
  ["light", 1440, 900],
  ["dark", 390, 844],
] as const)("%s, %i wide", (colorScheme, width, height) => {
  test("axe finds nothing on verdicts, their reasons, the banner and the dialog; nothing is wider than the page", async () => {
    judge.options = { cors: true, model, fault: (n) => (n % 3 === 0 ? "refusal" : null) };
    const { page } = await openJudged();
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height });
    const shoot = async (name: string) => {
      const folder = process.env["SHOTS"];
      if (folder) await page.screenshot({ path: `${folder}/judge-${name}-${width}.png` });
      expect(await violations(page), name).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    };
    await shoot("verdicts");
    await verdicts(page).first().click();
    await page.getByRole("dialog", { name: /^Item/ }).waitFor();
    await shoot("reason");
    await page.keyboard.press("Escape");
    await page.keyboard.press(".");
    await untilUpdate(page, 1);
    await shoot("update");
    await page.keyboard.press(",");
    await paused(page, "sample");
    judge.options = { cors: true, model, fault: () => "500" };
    await page.keyboard.press(",");
    await banner(page).waitFor({ timeout: 30_000 });
    await shoot("banner");
    judge.options = { cors: true, model };
    await page.keyboard.press("j");
    await page.getByRole("button", { name: "List its models" }).click();
    await page.getByRole("button", { name: "another" }).waitFor();
    await page.getByRole("button", { name: "Test the connection" }).click();
    await dialog(page).locator(".outcome").waitFor();
    await dialog(page).locator("#judge-place").scrollIntoViewIfNeeded();
    await shoot("dialog-top");
    for (const summary of await dialog(page).locator("summary").all()) await summary.click();
    await shoot("dialog");
    await page.keyboard.press("Escape");
  });
});
