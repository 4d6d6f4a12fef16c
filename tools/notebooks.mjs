// `npm run notebooks`: installs what is missing and serves the notebooks; they reload when a file is saved.
import { installPackages } from "./install.mjs";

installPackages();
const { buildSimd } = await import("./build-simd.mjs");
await buildSimd();
const { createServer } = await import("vite");
const server = await createServer({
  configFile: "notebooks/vite.config.ts",
  server: { port: Number(process.env.PORT ?? 5173), host: process.env.HOST ?? "localhost" },
});
await server.listen();
console.log("\nThe notebooks are served at");
server.printUrls();
const { check, notebooks } = await import("./notebooks_check.mjs");
for (const error of check(notebooks())) console.warn(error);
