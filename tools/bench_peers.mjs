// One training step of the same model in this project's engine and in others', in one page, as ratios:
// node tools/bench_peers.mjs [ROUNDS]. It installs the others into build/peers when they are missing.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build, preview } from "vite";
import { buildSimd } from "./build-simd.mjs";
import { isolated } from "./isolation.mjs";

const peers = {
  "@jax-js/jax": "0.1.25",
  "@tensorflow/tfjs": "4.22.0",
  "@tensorflow/tfjs-backend-webgpu": "4.22.0",
};
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "build", "peers");
/** Engines and devices; the slow ones take fewer steps a round. */
const contestants = [
  ["ours", "webgpu", 1],
  ["jax-js", "webgpu", 1],
  ["tfjs", "webgpu", 1],
  ["ours", "cpu", 3],
  ["ours", "threads", 3],
  ["jax-js", "wasm", 3],
];
const rounds = Number(process.argv[2] ?? 3);

if (!existsSync(join(folder, "node_modules"))) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: peers }));
  execFileSync("npm", ["install", "--no-audit", "--no-fund"], { cwd: folder, stdio: "inherit" });
}
await buildSimd();
const page = {
  root: join(root, "bench", "peers"),
  configFile: false,
  logLevel: "warn",
  resolve: {
    alias: Object.keys(peers).map((name) => ({
      find: new RegExp(`^${name}$`),
      replacement: join(folder, "node_modules", name),
    })),
  },
  worker: { format: "es" },
  build: { outDir: join(folder, "dist"), emptyOutDir: true, target: "es2023" },
  preview: { headers: isolated, port: 0 },
};
await build(page);
const server = await preview(page);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--enable-unsafe-webgpu"],
});
const tab = await browser.newPage();
await tab.goto(server.resolvedUrls.local[0]);
await tab.waitForFunction("window.isReady");

const step = (engine, device) => tab.evaluate(([e, d]) => globalThis.step(e, d), [engine, device]);
const times = new Map(contestants.map(([engine, device]) => [`${engine} ${device}`, []]));
const losses = new Map();
for (let round = 0; round <= rounds; round++) {
  for (const [engine, device, steps] of contestants) {
    const key = `${engine} ${device}`;
    for (let i = 0; i < steps; i++) {
      const { milliseconds, loss } = await step(engine, device);
      if (round > 0) times.get(key).push(milliseconds);
      losses.set(key, [losses.get(key)?.[0] ?? loss, loss]);
    }
    // Threads that wait for more work take time of whoever comes next.
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
await browser.close();
await server.close();

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const pad = (values) => values.map((value, i) => (i ? value.padStart(16) : value.padEnd(16))).join("");
console.log(pad(["engine", "ms, median", "least", "to ours webgpu", "to ours threads", "loss"]));
const [gpu, threads] = ["ours webgpu", "ours threads"].map((key) => median(times.get(key)));
for (const [key, values] of times) {
  const middle = median(values);
  const loss = losses.get(key).map((value) => value.toFixed(2));
  console.log(
    pad([
      ...[key, middle.toFixed(0), Math.min(...values).toFixed(0)],
      ...[(middle / gpu).toFixed(2), (middle / threads).toFixed(2), loss.join(" → ")],
    ]),
  );
}
