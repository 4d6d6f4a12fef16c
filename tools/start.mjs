// `npm start`: installs what is missing, builds the playground and serves it.
import { installPackages } from "./install.mjs";

installPackages();
const { buildSimd } = await import("./build-simd.mjs");
await buildSimd();
const { build, preview } = await import("vite");
await build({ logLevel: "warn" });
const server = await preview({
  preview: { port: Number(process.env.PORT ?? 4173), host: process.env.HOST ?? "localhost" },
});
console.log("\nHeRL Playground is served at");
server.printUrls();
