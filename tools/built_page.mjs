// The built page, served from a temporary folder, in a Chromium that is closed with it.
import { createServer } from "node:http";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { chromium } from "playwright-core";
import { build } from "vite";

const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

/** Builds, serves and opens the page with `query`; `context` are playwright's options of a page. */
export async function builtPage(query, context) {
  const folder = await mkdtemp(join(tmpdir(), "herl-page-"));
  await build({ logLevel: "warn", build: { outDir: folder, emptyOutDir: true } });
  const server = createServer(async (request, response) => {
    const name = new URL(request.url, "http://localhost").pathname.slice(1) || "index.html";
    try {
      const content = await readFile(join(folder, name));
      response
        .writeHead(200, { "content-type": types[extname(name)] ?? "application/octet-stream" })
        .end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--enable-unsafe-webgpu"],
  });
  const page = await browser.newPage(context);
  await page.goto(`http://127.0.0.1:${server.address().port}/${query}`);
  const status = page.locator("p.status");
  return {
    page,
    /** Waits until the status line matches. */
    until: (pattern) => status.filter({ hasText: pattern }).waitFor({ state: "attached", timeout: 300_000 }),
    async close() {
      await browser.close();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}
