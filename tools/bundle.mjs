// Bundles a TypeScript entry for Node into build/, with Vite's own rules for `.wgsl?raw` and `.ts`, so that the
// command line runs the very modules that the page runs. Rebuilds when a source is newer than the product.
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSimd } from "./build-simd.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Bundles `entry` (relative to the project) if needed and returns the path of the product. */
export async function bundle(entry) {
  const product = join(root, "build", `${basename(entry, ".ts")}.mjs`);
  const simdBuilt = await buildSimd();
  if (simdBuilt || !existsSync(product) || newestSource(entry) > statSync(product).mtimeMs) {
    const { build } = await import("vite");
    await build({
      root,
      configFile: false,
      logLevel: "warn",
      define: { "import.meta.env.HERL_VERSION": JSON.stringify(version()) },
      build: {
        ssr: entry,
        outDir: "build",
        emptyOutDir: false,
        target: "node20",
        minify: false,
        rolldownOptions: { output: { entryFileNames: "[name].mjs", codeSplitting: false } },
      },
    });
  }
  return product;
}

function newestSource(entry) {
  const folders = ["src", "bench", dirname(entry)];
  const times = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((name) => statSync(join(root, folder, name)))
      .filter((stat) => stat.isFile())
      .map((stat) => stat.mtimeMs),
  );
  return Math.max(...times);
}

function version() {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
}
