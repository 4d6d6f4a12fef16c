import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorCodes, HerlError } from "../src/errors";

const list = readFileSync(join(import.meta.dirname, "../docs/errors.md"), "utf8");

test("docs/errors.md lists every code once, and no other", () => {
  const listed = [...list.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  expect(listed.sort()).toEqual([...errorCodes].sort());
});

test("an error says its code, what happened and what to do on one line", () => {
  expect(new HerlError("RUN_MISSING", "There is no run", "Check the path").toLine()).toBe(
    "RUN_MISSING: There is no run. Check the path.",
  );
});
