// `npm test`: installs what is missing, a Chromium included, and runs every check and test there is.
import { findChromium, findFirefox, installPackages, run } from "./install.mjs";

installPackages();
const { buildSimd } = await import("./build-simd.mjs");
await buildSimd();
process.env.CHROMIUM = await findChromium();
console.log(`Chromium: ${process.env.CHROMIUM}`);
const firefox = findFirefox();
if (firefox) process.env.FIREFOX = firefox;
console.log(`Firefox: ${firefox ?? "none, its tests are skipped"}`);
const { findSmolLM2 } = await import("./smollm2.mjs");
process.env.SMOLLM2 = findSmolLM2() ?? "";
console.log(`SmolLM2-135M: ${process.env.SMOLLM2 || "could not be had, its tests are skipped"}`);
run("npx", ["eslint", "."]);
run("npx", ["prettier", "--check", "--log-level", "warn", "."]);
run("npx", ["svelte-check", "--tsconfig", "./tsconfig.json", "--fail-on-warnings", "--output", "human"]);
run("node", ["tools/notebooks_check.mjs"]);
run("npx", ["vitest", "run", ...process.argv.slice(2)]);
