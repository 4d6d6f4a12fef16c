// Prints what the built page loads, gzipped; fails when script and style exceed their budget.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const budget = 250_000;
const files = readdirSync("dist", { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(js|css|html|wasm)$/.test(entry.name))
  .map(({ parentPath, name }) => ({
    name,
    bytes: gzipSync(readFileSync(`${parentPath}/${name}`), { level: 9 }).length,
  }))
  .sort((a, b) => b.bytes - a.bytes);
for (const { name, bytes } of files) console.log(`${String(bytes).padStart(8)}  ${name}`);
const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
console.log(`${String(total).padStart(8)}  of ${budget} allowed`);
process.exitCode = total > budget ? 1 : 0;
