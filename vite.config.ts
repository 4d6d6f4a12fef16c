import { svelte } from "@sveltejs/vite-plugin-svelte";
import { playwright } from "@vitest/browser-playwright";
import { build, type Plugin } from "vite";
import { defineConfig } from "vitest/config";
import packageJson from "./package.json" with { type: "json" };
import { resultDates } from "./tools/result_dates.mjs";
import { TallyReporter } from "./tools/tally-reporter.ts";

/**
 * The policy of the built page: no inline script, no foreign script; WebAssembly may be compiled; an endpoint of
 * the reader's own choice may be called (a judge, a model file). The dev server is left alone, since it injects
 * its own client.
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self' https: http: blob: data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

export const securityPolicy: Plugin = {
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy },
      injectTo: "head-prepend",
    },
  ],
};

/** The notebooks are pages of their own: their configuration builds them, into a folder beside the page. */
const notebooks: Plugin = {
  name: "notebooks",
  apply: "build",
  async writeBundle({ dir }) {
    const outDir = `${dir}/notebooks`;
    await build({ configFile: "notebooks/vite.config.ts", logLevel: "warn", build: { outDir } });
  },
};

/** Chromium flags of the test machines: WebGPU on the software adapter, and no calls home. */
export const chromiumFlags = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

export default defineConfig({
  base: "./",
  define: {
    "import.meta.env.HERL_VERSION": JSON.stringify(packageJson.version),
    "import.meta.env.HERL_RESULT_DATES": JSON.stringify(resultDates()),
  },
  plugins: [svelte({ configFile: false }), securityPolicy, notebooks],
  worker: { format: "es" },
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What forbids zod to make code runs in zod's own chunk: before every chunk that declares a schema.
            { name: "zod", test: /node_modules\/zod\/|ui\/no_eval/ },
            // What all parts of the page use compresses better as one chunk than as four.
            { name: "base", test: /node_modules\/svelte\/|preload-helper|ui\/common\/Icon|figures\/format/ },
          ],
        },
      },
    },
  },
  test: {
    reporters: ["default", new TallyReporter()],
    // A limit for what hangs, never a measurement: a busy machine is no failure.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          include: ["src/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["src/kernels/**", "**/*.browser.test.ts", "**/*.e2e.test.ts"],
          environment: "node",
        },
      },
      {
        extends: true,
        // Only a worker imports it: found in the middle of a test, it would reload the page of the others.
        optimizeDeps: { include: ["@mlc-ai/web-llm"] },
        test: {
          name: "chromium",
          include: ["src/kernels/**/*.test.ts", "**/*.browser.test.ts", "test/learning_proof.test.ts"],
          exclude: ["node_modules/**"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: process.env["CHROMIUM"], args: chromiumFlags },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
      {
        extends: true,
        test: {
          name: "page",
          // After the others and one file at a time: what a page takes on two busy cores says nothing of the page.
          sequence: { groupOrder: 1 },
          maxWorkers: 1,
          include: ["test/**/*.e2e.test.ts"],
          environment: "node",
          globalSetup: "test/serve-build.ts",
        },
      },
    ],
  },
});
