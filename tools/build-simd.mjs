// Compiles the AssemblyScript kernels (src/kernels/**/*.as.ts) to one WebAssembly module, embedded as base64 in
// src/kernels/simd/simd.generated.ts so that Node, workers and the tests load it the same way, without a fetch.
// Runs on install (`prepare`), and whenever a source is newer than the product.
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const simd = join(root, "src/kernels/simd");
/** The module, and the same for memory that threads share. */
const products = [
  { file: join(simd, "simd.generated.ts"), name: "simdModule", flags: ["--enable", "simd"] },
  {
    file: join(simd, "shared.generated.ts"),
    name: "sharedSimdModule",
    flags: ["--enable", "simd", "--enable", "threads", "--sharedMemory"].concat([
      ...["--initialMemory", "16", "--maximumMemory", "65536"],
    ]),
  },
];

/** Builds the module if it is missing or older than a source. Returns true if it was built. */
export async function buildSimd({ force = false } = {}) {
  const kernels = join(root, "src/kernels");
  const sources = readdirSync(kernels, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".as.ts"))
    .map((name) => join(kernels, name));
  if (!force && isFresh(sources)) return false;

  for (const product of products) await compile(product, kernels);
  return true;
}

async function compile({ file, name, flags }, kernels) {
  const asc = (await import("assemblyscript/asc")).default;
  let binary;
  const { error, stderr } = await asc.main(
    [
      ...["index.as.ts", "--outFile", "simd.wasm", "--optimizeLevel", "3", "--shrinkLevel", "0"],
      ...["--runtime", "stub", "--noAssert", "--importMemory", ...flags],
    ],
    {
      readFile: (name) => readIfPresent(join(kernels, "simd", name)),
      writeFile: (_name, contents) => void (binary = contents),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`AssemblyScript: ${stderr.toString()}`);
  const base64 = Buffer.from(binary).toString("base64");
  const comment = "// Made by tools/build-simd.mjs from src/kernels/**/*.as.ts. Not committed.";
  writeFileSync(file, `${comment}\nexport const ${name} =\n  "${base64}";\n`);
}

function readIfPresent(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function isFresh(sources) {
  try {
    const built = Math.min(...products.map(({ file }) => statSync(file).mtimeMs));
    return sources.every((source) => statSync(source).mtimeMs < built);
  } catch {
    return false;
  }
}

if (process.argv[1] && relative(process.argv[1], fileURLToPath(import.meta.url)) === "") {
  await buildSimd({ force: process.argv.includes("--force") });
}
