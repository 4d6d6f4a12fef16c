/** The command line as tests run it: built once a file, beside this process, which may hold a judge. */
import { spawn } from "node:child_process";
import { beforeAll } from "vitest";
import { bundle } from "../tools/bundle.mjs";

export interface Ended {
  readonly status: number | null;
  readonly stderr: string;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

/** Builds the program before the file's tests; the result runs it with `environment` beside this process's own. */
export function herlProgram(environment: Readonly<Record<string, string>> = {}) {
  let program: string;
  beforeAll(async () => {
    program = await bundle("src/cli/main.ts");
  }, 60_000);
  return (...args: string[]): Promise<Ended> => {
    const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, ...environment } });
    let [stderr, output] = ["", ""];
    child.stdout.on("data", (data) => (output += String(data)));
    child.stderr.on("data", (data) => {
      stderr += String(data);
      output += String(data);
    });
    return new Promise((resolve) => child.on("close", (status) => resolve({ status, stderr, output })));
  };
}
