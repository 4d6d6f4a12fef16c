/** Builds the page once and serves it as any static host would: under a path of its own, without special headers. */
import { readFile } from "node:fs/promises";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { build } from "vite";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    siteUrl: string;
  }
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};
const path = "/some/sub/path/";

export default async function serveBuild({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "herl-page-"));
  await build({ logLevel: "warn", build: { outDir: folder, emptyOutDir: true } });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://localhost");
    const name = normalize(decodeURIComponent(pathname)).slice(path.length) || "index.html";
    const missing = () => response.writeHead(404).end();
    if (!pathname.startsWith(path) || name.startsWith("..")) return void missing();
    readFile(join(folder, name)).then(
      (content) =>
        response
          .writeHead(200, { "content-type": types[extname(name)] ?? "application/octet-stream" })
          .end(content),
      missing,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  provide("siteUrl", `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  };
}
