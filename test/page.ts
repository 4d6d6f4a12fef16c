/** What the tests of the page share: a browser, pages that are watched for errors, and ways to ask them. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from "vitest";
import { chromiumFlags } from "../vite.config";

/** Small enough that an update takes a fraction of a second on two cores. */
export const small =
  "?preset=pocket-rare&groups=2&backend=cpu&evaluation.heldout=4&evaluation.close=0&evaluation.ood=0&evaluation.every=2";

/** A browser for the tests of a file, and a fresh context for each of them. */
export function freshContexts(): { browser: Browser; context: BrowserContext } {
  const site = {} as { browser: Browser; context: BrowserContext };
  beforeAll(async () => {
    site.browser = await launch();
  });
  afterAll(() => site.browser?.close());
  beforeEach(async () => {
    site.context = await site.browser.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: "reduce",
    });
  });
  afterEach(() => site.context?.close());
  return site;
}

export const launch = (flags = chromiumFlags): Promise<Browser> =>
  chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: flags });

/** A page and everything that went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  readonly problems: string[];
}

/** Opens the site, watched for console errors, exceptions, policy violations and requests to other origins. */
export async function openPage(context: BrowserContext, query = small): Promise<WatchedPage> {
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(inject("siteUrl")) && !/^(data|blob):/.test(url)) problems.push(`request to ${url}`);
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      console.error(`policy ${violatedDirective} blocked ${blockedURI}`),
    );
  });
  await page.goto(inject("siteUrl") + query);
  return { page, problems };
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the thread's own time: what others did on the machine meanwhile is not in it. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Milliseconds of processor time of the longest tasks of the page's thread during `work`, longest first. */
export async function longestTasks(page: Page, work: () => Promise<void>): Promise<number[]> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ["toplevel"] });
  await work();
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const main = new Set(
    trace.traceEvents
      .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
      .map(thread),
  );
  return trace.traceEvents
    .filter((event) => event.ph === "X" && event.name.endsWith("RunTask") && main.has(thread(event)))
    .map(({ tdur }) => tdur! / 1000)
    .sort((a, b) => b - a);
}

/**
 * No task over 50 ms, but for five, and none over 100: a processor that is shared counts what its caches lost (the same
 * three tasks have been 42 to 44 and 53 to 57 ms in two runs), and the collector of garbage comes when it likes. Work that
 * belongs in a worker takes hundreds, in every update.
 */
export function expectFreeThread(tasks: readonly number[]): void {
  expect(tasks.length).toBeGreaterThan(20);
  expect(tasks[0]).toBeLessThan(100);
  expect(tasks[5]).toBeLessThan(50);
}

export const statusOf = (page: Page) => page.locator("p.status");

/** Waits until nothing runs and a phase is on screen. */
export const paused = async (page: Page, phase = ""): Promise<void> => {
  await expect
    .poll(() => statusOf(page).textContent(), { timeout: 30_000, interval: 50 })
    .toMatch(new RegExp(`^Paused.*phase ${phase}`));
};

/** The number beside a label of the control bar. */
export const field = async (page: Page, label: string): Promise<number> =>
  Number(
    (await page.locator(".field", { hasText: label }).locator("strong").first().textContent())!.replaceAll(
      ",",
      "",
    ),
  );

export const untilUpdate = async (page: Page, update: number): Promise<void> => {
  await expect
    .poll(() => field(page, "update"), { timeout: 30_000, interval: 50 })
    .toBeGreaterThanOrEqual(update);
};

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds on the page as it is: rule and element of each violation. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const result = await axe.run();
    return result.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`),
    );
  });
}

/** A page after one update, at an instruction with a revision. */
export async function openUpdated(context: BrowserContext): Promise<WatchedPage> {
  const { page, problems } = await openPage(context);
  await paused(page);
  await page.keyboard.press(".");
  await paused(page, "update");
  await page.locator(".dots button.revised").first().click();
  return { page, problems };
}
