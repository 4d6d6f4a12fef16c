/**
 * Builds the page once and serves it as any static host would: under a path of its own, without special headers; and
 * beside it with the headers that isolate a page from other origins.
 */
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
    /** The same pages, isolated. */
    isolatedUrl: string;
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
const isolated = "/isolated/";
const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

export default async function serveBuild({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "herl-page-"));
  await build({ logLevel: "warn", build: { outDir: folder, emptyOutDir: true } });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://localhost");
    const own = [path, isolated].find((one) => pathname.startsWith(one)) ?? "";
    const name = normalize(decodeURIComponent(pathname)).slice(own.length) || "index.html";
    const missing = () => response.writeHead(404).end();
    if (own === "" || name.startsWith("..")) return void missing();
    const type = { "content-type": types[extname(name)] ?? "application/octet-stream" };
    readFile(join(folder, name)).then(
      (content) => response.writeHead(200, own === isolated ? { ...type, ...isolation } : type).end(content),
      missing,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  provide("siteUrl", origin + path);
  provide("isolatedUrl", origin + isolated);
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  };
}
