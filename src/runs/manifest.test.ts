import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseConfig } from "./config";
import { checkManifest, type Manifest } from "./manifest";

const old = JSON.parse(readFileSync("experiments/learning-proof/manifest.json", "utf8")) as Manifest;

test("a run from before a setting was there is read with its default, and is the same run otherwise", () => {
  expect(old.config).not.toHaveProperty("adaptive");
  const read = checkManifest(old);
  expect(read.config.adaptive).toEqual(parseConfig({}).adaptive);
  expect(read.config.adaptive).toMatchObject({ reweight: 0, propose: 0 });
  expect(read.config).toMatchObject(old.config);
  expect({ ...read, config: old.config }).toEqual(old);
});

test.each([
  ["no manifest", null, "RUN_FORMAT"],
  ["another format", { ...old, format: 99 }, "RUN_FORMAT"],
  ["a setting out of its range", { ...old, config: { ...old.config, groups: 0 } }, "CONFIG_INVALID"],
])("%s is refused by name", (_, manifest, code) => {
  expect(() => checkManifest(manifest)).toThrow(expect.objectContaining({ code }));
});
