import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorCodes, HerlError } from "../src/errors";

const list = readFileSync(join(import.meta.dirname, "../docs/errors.md"), "utf8");

test("docs/errors.md lists every code once, and no other", () => {
  const listed = [...list.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  expect(listed.sort()).toEqual([...errorCodes].sort());
});

test("every code is raised somewhere", () => {
  const src = join(import.meta.dirname, "../src");
  const code = readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && name !== "errors.ts")
    .map((name) => readFileSync(join(src, name), "utf8"))
    .join("\n");
  expect(errorCodes.filter((name) => !code.includes(`"${name}"`))).toEqual([]);
});

test("an error says its code, what happened and what to do on one line", () => {
  expect(new HerlError("RUN_MISSING", "There is no run", "Check the path").toLine()).toBe(
    "RUN_MISSING: There is no run. Check the path.",
  );
});
