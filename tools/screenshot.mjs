// Takes the picture of the README: builds the page, trains it for some updates, and writes docs/train-view.png.
// `node tools/screenshot.mjs [OUT.png] [UPDATES] [light|dark] [WIDTH] [train|lab|theory]`; of the lab and the theory
// the whole page.
import { createServer } from "node:http";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { chromium } from "playwright-core";
import { build } from "vite";

const [out = "docs/train-view.png", updates = "14", colorScheme = "light", width = "1440", view = "train"] =
  process.argv.slice(2);
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

const folder = await mkdtemp(join(tmpdir(), "herl-screenshot-"));
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
const page = await browser.newPage({
  viewport: { width: Number(width), height: Number(width) < 720 ? 844 : 900 },
  deviceScaleFactor: 2,
  colorScheme,
});
await page.goto(`http://127.0.0.1:${server.address().port}/?backend=cpu`);
const status = page.locator("p.status");
const until = (pattern) =>
  status.filter({ hasText: pattern }).waitFor({ state: "attached", timeout: 300_000 });
await until(/^Paused.*grade/);
await page.keyboard.press("]");
await page.keyboard.press("]");
for (let update = 1; update <= Number(updates); update++) {
  await page.keyboard.press(".");
  await until(new RegExp(`^Paused after update ${update}, phase update`));
}
// A group with a revision tells most.
const revised = page.locator(".dots button.revised");
if ((await revised.count()) > 0) await revised.first().click();
if (view !== "train") await page.getByRole("link", { name: view }).click();
if (view === "lab") {
  await page.getByLabel("α, bonus").fill("0.5");
  await page.getByText("cosine of the gradients").waitFor();
}
await page.mouse.move(2, 2);
await page.waitForTimeout(800);
await mkdir(dirname(out), { recursive: true });
await page.screenshot({ path: out, fullPage: view !== "train" });
await browser.close();
server.close();
await rm(folder, { recursive: true });
console.log(out);
