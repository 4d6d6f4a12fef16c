/** The plan of the house, checked: imports point down, nothing goes in circles, floors know only what they may. */
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

/** From the ground up; `src/errors.ts`, `src/hash.ts` and `src/zod.ts` stand below them all. */
const floors = [
  "src/errors",
  "src/zod",
  "src/hash",
  "src/kernels",
  "src/compute",
  "src/policy",
  "src/rubric",
  "src/figures",
  "src/analysis",
  "src/herl",
  "src/worlds",
  "src/runs",
  "src/experiments",
  "bench",
  "src/cli",
  "src/ui",
  "workers",
];

const root = join(import.meta.dirname, "..");

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const sources = ["src", "workers", "bench"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|svelte)$/.test(name) && !/\.(test|generated|as)\.ts$/.test(name))
    .map((name) => join(folder, name)),
);

/** Relative imports of a file; `import type` and imports of types only are told apart. */
function importsOf(file: string): Import[] {
  const code = readFileSync(join(root, file), "utf8");
  const statements = code.matchAll(
    /^\s*(?:import|export)\s+(type\s+)?([^;"']*?\sfrom\s+)?["']([^"']+)["']/gm,
  );
  const dynamic = code.matchAll(/\bimport\(\s*()()["']([^"']+)["']/g);
  const workers = code.matchAll(/new URL\(\s*()()["'](\.[^"']+)["']/g);
  return [...statements, ...dynamic, ...workers]
    .filter(([, , , path]) => path.startsWith("."))
    .map(([, typeKeyword, names, path]) => ({
      from: file,
      to: relative(root, join(root, dirname(file), path.replace(/\?.*$/, ""))),
      typeOnly:
        Boolean(typeKeyword) ||
        (names !== undefined && /^\{(\s*type\s+\w+( as \w+)?,?)+\s*\}\s*from\s+$/.test(names)),
    }));
}

const imports = sources.flatMap(importsOf);
const floorOf = (file: string) =>
  floors.findIndex((floor) => file === floor || file === `${floor}.ts` || file.startsWith(`${floor}/`));
const show = ({ from, to }: Import) => `${from} → ${to}`;

test("every source file is on a floor", () => {
  expect(sources.filter((file) => floorOf(file) < 0)).toEqual(
    ["src/main.ts"].filter((file) => sources.includes(file)),
  );
  expect(imports.length).toBeGreaterThan(200);
});

test("imports point down, or stay on their floor", () => {
  const upward = imports.filter(({ from, to }) => floorOf(from) >= 0 && floorOf(to) > floorOf(from));
  // The page starts its worker, and a benchmark in a page the backend's helpers, by name; that is wiring, not knowledge.
  const startsWorkers = /^(src\/ui|bench\/peers)\//;
  const wiring = upward.filter(({ from, to }) => startsWorkers.test(from) && to.startsWith("workers/"));
  expect(upward.filter((i) => !wiring.includes(i)).map(show)).toEqual([]);
});

test("no cycles among files, types included", () => {
  const resolve = (to: string) => [to, `${to}.ts`, `${to}/index.ts`].find((path) => sources.includes(path));
  const edges = new Map<string, string[]>();
  for (const { from, to } of imports) {
    const target = resolve(to);
    if (target) edges.set(from, [...(edges.get(from) ?? []), target]);
  }
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    path.push(file);
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle) return cycle;
    }
    path.pop();
    done.add(file);
    return null;
  };
  for (const file of sources) expect(visit(file)).toBeNull();
});

test("the method knows policies, graders and messages as types only, and the analysis below it", () => {
  const foreign = imports.filter(
    ({ from, to, typeOnly }) =>
      from.startsWith("src/herl/") &&
      !from.includes("/testing/") &&
      !to.startsWith("src/herl/") &&
      !to.startsWith("src/analysis/") &&
      !["src/errors", "src/kernels/random/random", "src/kernels/math"].includes(to) &&
      !typeOnly,
  );
  expect(foreign.map(show)).toEqual([]);
});

test("the analysis is pure: it knows policies as types, and numbers", () => {
  const foreign = imports.filter(
    ({ from, to, typeOnly }) =>
      from.startsWith("src/analysis/") &&
      !to.startsWith("src/analysis/") &&
      !["src/kernels/random/random", "src/kernels/math"].includes(to) &&
      !typeOnly,
  );
  expect(foreign.map(show)).toEqual([]);
});

test("WGSL and the GPU are known to kernels and compute alone", () => {
  const shaders = imports.filter(
    ({ from, to }) => /\.wgsl$/.test(to) && !/^(src\/kernels|bench)\//.test(from),
  );
  expect(shaders.map(show)).toEqual([]);
  const users = sources.filter(
    (file) =>
      !/^(src\/kernels|src\/compute|bench)\//.test(file) &&
      /\b(GPUDevice|GPUBuffer|createShaderModule)\b/.test(readFileSync(join(root, file), "utf8")),
  );
  expect(users).toEqual([]);
});

test("WebLLM is known to its worker alone", () => {
  const users = sources.filter((file) => /["']@mlc-ai\/web-llm/.test(readFileSync(join(root, file), "utf8")));
  expect(users).toEqual(["workers/webllm.worker.ts"]);
  const starters = imports.filter(
    ({ to }) => to === "workers/webllm.worker.ts" || to === "workers/webllm.worker",
  );
  expect(starters.filter(({ typeOnly }) => !typeOnly).map(({ from }) => from)).toEqual([
    "src/ui/webllm/start.ts",
  ]);
});

test("floors below the page know no DOM", () => {
  const pure = sources.filter((file) => /^src\/(herl|analysis|figures|rubric|worlds)\//.test(file));
  const users = pure.filter((file) =>
    /\b(document|window|navigator|localStorage|HTMLElement)\b\./.test(readFileSync(join(root, file), "utf8")),
  );
  expect(users).toEqual([]);
});

test("no file is longer than it should be", () => {
  const long = sources.filter((file) => {
    const lines = readFileSync(join(root, file), "utf8").split("\n").length;
    return lines > (file.endsWith(".svelte") ? 300 : 400);
  });
  expect(long).toEqual([]);
});
