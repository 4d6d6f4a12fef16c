// `npm start`: installs what is missing, builds the playground and serves it.
import { installPackages } from "./install.mjs";

installPackages();
const { buildSimd } = await import("./build-simd.mjs");
await buildSimd();
const { build, preview } = await import("vite");
await build({ logLevel: "warn" });
// With these two headers a page may share memory between threads, and the cpu backend has several.
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const server = await preview({
  preview: { headers, port: Number(process.env.PORT ?? 4173), host: process.env.HOST ?? "localhost" },
});
console.log("\nHeRL Playground is served at");
server.printUrls();
