/** The judge in a real browser, in a page and in a worker: what another origin allows, forbids and hides. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startJudgeServer, type JudgeServer } from "./judge_server";
import { freshContexts } from "./page";

const key = "sk-browser-0123456789";
const site = freshContexts();

/** Asks a judge and says what came of it; runs in a page, and as the text of a worker. */
const script = `
import { httpJudge } from "/http_judge.js";
import { judgeConfig } from "/judge_config.js";
const items = [{ text: "Mentions fox.", polarity: "want" }, { text: "Mentions owl.", polarity: "want" }];
export async function ask({ url, key, settings, abortAfter }) {
  const signal = abortAfter ? AbortSignal.timeout(abortAfter) : undefined;
  const judge = httpJudge({ config: judgeConfig({ url, timeout: 5, ...settings }), key: () => key });
  try {
    const verdicts = await judge.judge({ instruction: "Write.", response: "A fox.", items }, signal);
    return { statuses: verdicts.map(({ status }) => status), counters: judge.counters };
  } catch (error) {
    return { name: error.name, code: error.code, message: error.message };
  }
}`;
const files: Record<string, [type: string, body: string]> = {
  "/": [
    "text/html",
    `<!doctype html><title>Judge</title><script type="module">
    import { ask } from "/ask.js";
    window.ask = ask;
  </script>`,
  ],
  "/ask.js": ["text/javascript", script],
  "/worker.js": [
    "text/javascript",
    `import { ask } from "/ask.js"; onmessage = async ({ data }) => postMessage(await ask(data));`,
  ],
};

interface Asked {
  readonly url: string;
  readonly key?: string;
  readonly settings?: object;
  readonly abortAfter?: number;
}
interface Said {
  readonly statuses?: string[];
  readonly counters?: { readonly calls: number };
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
}

let web: Server;
let judge: JudgeServer;
beforeAll(async () => {
  const entry = ["http_judge", "judge_config"].map((name) => `src/rubric/judge/${name}.ts`);
  const result = await build({
    ...{ configFile: false, logLevel: "warn" },
    build: { write: false, minify: false, lib: { entry, formats: ["es"] } },
  });
  const [{ output }] = result as unknown as { output: { fileName: string; code: string }[] }[];
  for (const { fileName, code } of output) files[`/${fileName}`] = ["text/javascript", code];
  web = createServer(({ url }, response) => {
    const [type, body] = files[url!] ?? ["text/plain", ""];
    response.writeHead(200, { "content-type": type }).end(body);
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
}, 60_000);
afterAll(() => web?.close());
beforeEach(async () => {
  judge = await startJudgeServer({ cors: true });
});
afterEach(() => judge.close());

const inPage = (page: Page, asked: Asked) =>
  page.evaluate((asked) => (window as unknown as { ask: (asked: Asked) => Promise<Said> }).ask(asked), asked);
const inWorker = (page: Page, asked: Asked) =>
  page.evaluate(
    (asked) =>
      new Promise<Said>((resolve, reject) => {
        const worker = new Worker("/worker.js", { type: "module" });
        worker.onmessage = ({ data }) => resolve(data as Said);
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage(asked);
      }),
    asked,
  );

describe.each([
  ["a page", inPage],
  ["a worker", inWorker],
])("a judge asked from %s", (_, ask) => {
  const open = async () => {
    const page = await site.context.newPage();
    await page.goto(`http://127.0.0.1:${(web.address() as AddressInfo).port}/`);
    return page;
  };
  const met = ["satisfied", "unmet"];

  test("answers another origin that it allows, and is sent the key and nothing else of the page", async () => {
    judge.options = { cors: true, key };
    const said = await ask(await open(), { url: judge.url, key });
    expect(said.statuses).toEqual(met);
    expect(judge.seen[0].headers).not.toHaveProperty("referer");
    expect(judge.seen[0].headers).not.toHaveProperty("cookie");
  });

  test("is down, with a word on CORS, where it does not allow it", async () => {
    judge.options = {};
    const said = await ask(await open(), { url: judge.url, key, settings: { retries: 0 } });
    expect(said).toMatchObject({ code: "JUDGE_DOWN", message: expect.stringContaining("CORS") as string });
    expect(said.message).not.toContain(key);
  });

  test("is asked again where the browser hides Retry-After", async () => {
    judge.options = { cors: true, fault: (n) => (n === 0 ? "429 retry-after" : null) };
    const said = await ask(await open(), { url: judge.url });
    expect(said.statuses).toEqual(met);
    expect(said.counters!.calls).toBe(2);
  });

  test("is not followed to another address", async () => {
    const elsewhere = await startJudgeServer({ cors: true });
    judge.options = { cors: true, redirect: `${elsewhere.url}/v1/chat/completions` };
    const said = await ask(await open(), { url: judge.url, key });
    expect(said).toMatchObject({ code: "JUDGE_REFUSED" });
    expect(elsewhere.seen).toEqual([]);
    await elsewhere.close();
  });

  test("can be left at once", async () => {
    judge.options = { cors: true, fault: () => "slow" };
    const said = await ask(await open(), { url: judge.url, settings: { timeout: 60 }, abortAfter: 100 });
    expect(said.name).toBe("TimeoutError");
  });
});
