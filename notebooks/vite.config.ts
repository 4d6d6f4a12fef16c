import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { observable } from "@observablehq/notebook-kit/vite";
import { defineConfig } from "vite";
import { securityPolicy } from "../vite.config.ts";

const root = fileURLToPath(new URL(".", import.meta.url));

/**
 * Notebooks as pages: `npm run notebooks` serves them as they are edited, `npm run build` puts them beside the
 * playground. What they run is built from `src`; the two aliases keep the kit from its own runtime, which fetches
 * libraries from a CDN, and from its own themes.
 */
export default defineConfig({
  root,
  base: "./",
  appType: "mpa",
  publicDir: "../public",
  resolve: {
    alias: [
      { find: "observable:runtime", replacement: `${root}kit/runtime.ts` },
      { find: /^observable:styles\/theme-[\w-]+\.css$/, replacement: `${root}kit/style.css` },
    ],
  },
  plugins: [observable({ template: `${root}kit/template.html` }), securityPolicy],
  server: { fs: { allow: [".."] } },
  build: {
    ...{ outDir: "../dist/notebooks", emptyOutDir: true, copyPublicDir: false },
    ...{ target: "es2023", assetsInlineLimit: 0, chunkSizeWarningLimit: 1000 },
    rolldownOptions: {
      input: readdirSync(root)
        .filter((name) => name.endsWith(".html"))
        .map((name) => root + name),
    },
  },
});
