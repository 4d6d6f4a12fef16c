// An independent engine on the same GGUF file: wllama, which is llama.cpp in WebAssembly, in a Chromium of its own.
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";

const packageFolder = dirname(createRequire(import.meta.url).resolve("@wllama/wllama/package.json"));

const shell = `<!doctype html><title>wllama</title><script type="module">
  import { LoggerWithoutDebug, Wllama } from "./esm/index.js";
  const wllama = new Wllama({ default: "./esm/wasm/wllama.wasm" }, { logger: LoggerWithoutDebug, suppressNativeLog: true });
  window.load = async () => {
    const model = await (await fetch("./model.gguf")).blob();
    await wllama.loadModel([model], { n_ctx: 1024, n_threads: 1, n_gpu_layers: 0, cache_type_k: "f32", cache_type_v: "f32" });
  };
  window.complete = async (prompt, tokens) => {
    const started = performance.now();
    const options = { prompt, max_tokens: tokens, temperature: 0, top_k: 1, stream: false };
    const { choices, usage, timings } = await wllama.createCompletion(options);
    return { text: choices[0].text, usage, timings, milliseconds: performance.now() - started };
  };
  window.isReady = true;
</script>`;

/** Opens wllama, on one thread, with the model at `path`. */
export async function openWllama(path) {
  const server = createServer((request, response) => {
    const name = new URL(request.url, "http://localhost").pathname.slice(1);
    if (name === "") return response.writeHead(200, { "content-type": "text/html" }).end(shell);
    if (name === "model.gguf") {
      response.writeHead(200, { "content-length": statSync(path).size });
      return createReadStream(path).pipe(response);
    }
    try {
      const type = name.endsWith(".wasm") ? "application/wasm" : "text/javascript";
      const content = readFileSync(join(packageFolder, name));
      response.writeHead(200, { "content-type": type }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction("window.isReady");
  await page.evaluate("load()");
  return {
    /** The greedy continuation of a text, special tokens and all, with what it took. */
    complete: (prompt, tokens) => page.evaluate(([p, n]) => globalThis.complete(p, n), [prompt, tokens]),
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
