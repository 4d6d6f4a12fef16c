// `npm start`: installs what is missing, builds the playground and serves it.
import { installPackages } from "./install.mjs";

installPackages();
const { buildSimd } = await import("./build-simd.mjs");
await buildSimd();
const { build, preview } = await import("vite");
const { isolated } = await import("./isolation.mjs");
await build({ logLevel: "warn" });
const server = await preview({
  preview: {
    headers: isolated,
    port: Number(process.env.PORT ?? 4173),
    host: process.env.HOST ?? "localhost",
  },
});
console.log("\nHeRL Playground is served at");
server.printUrls();
