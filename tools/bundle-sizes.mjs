// Prints what the built page loads at first, gzipped, and what comes when it is asked for; fails when the first load
// exceeds its budget.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const budget = 250_000;
const files = readdirSync("dist", { recursive: true, withFileTypes: true })
  // The notebooks are pages of their own, with KaTeX and a runtime.
  .filter(({ parentPath }) => !/^dist.notebooks/.test(parentPath))
  .filter((entry) => entry.isFile() && /\.(js|css|html|wasm)$/.test(entry.name))
  .map(({ parentPath, name }) => {
    const content = readFileSync(`${parentPath}/${name}`);
    const bytes = gzipSync(content, { level: 9 }).length;
    return { name, bytes, text: name.endsWith(".wasm") ? "" : content.toString() };
  })
  .sort((a, b) => b.bytes - a.bytes);

/** A file's text without what it loads later: its dynamic imports, and Vite's list of what those bring with them. */
const eager = (text) =>
  text.replace(/const __vite__mapDeps=.*?;/s, "").replace(/\bimport\((["'`])[^"'`]*\1\)/g, "");

const first = new Set(files.filter(({ name }) => name === "index.html"));
for (const { text } of first) for (const file of files) if (eager(text).includes(file.name)) first.add(file);

const print = ({ name, bytes }) => console.log(`${String(bytes).padStart(8)}  ${name}`);
const sum = (list) => list.reduce((total, { bytes }) => total + bytes, 0);
const later = files.filter((file) => !first.has(file));
console.log("First load:");
[...first].sort((a, b) => b.bytes - a.bytes).forEach(print);
const total = sum([...first]);
console.log(`${String(total).padStart(8)}  of ${budget} allowed`);
if (later.length > 0) console.log("When asked for:");
later.forEach(print);
if (first.size < 4) throw new Error("the first load of dist/ was not found; has it been built?");
process.exitCode = total > budget ? 1 : 0;
