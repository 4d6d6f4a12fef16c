import { expect, test } from "vitest";
import { ableDevice, tinyModels } from "../../policy/frozen/testing/tiny_records";
import { size } from "../text/size";
import { deviceWords, modelWords, progressWords, Speedometer } from "./words";

test("sizes are those of disks", () => {
  expect([3e6, 579.6e6, 999.6e6, 1.06e9].map(size)).toEqual(["3 MB", "580 MB", "1.0 GB", "1.1 GB"]);
});

test("a model and a device are said in one line each", () => {
  expect(modelWords(tinyModels[0])).toBe("30 MB of graphics memory, context of 64 tokens, needs shader-f16");
  expect(deviceWords(ableDevice)).toBe(
    "There is a graphics adapter, without shader-f16. About 10.0 GB may be stored here.",
  );
  expect(deviceWords({ ...ableDevice, features: ["shader-f16"], freeBytes: null })).toBe(
    "There is a graphics adapter, with shader-f16.",
  );
});

test("progress has bytes, a total and a speed where they are known", () => {
  const fetching = { phase: "fetching", share: 0.25, bytes: 100e6 } as const;
  expect(progressWords(null, null)).toContain("program");
  expect(progressWords(fetching, null)).toBe("Fetching its weights: 100 MB of about 400 MB");
  expect(progressWords(fetching, 2.5e6)).toBe(
    "Fetching its weights: 100 MB of about 400 MB, 2.5 MB a second",
  );
  expect(progressWords({ ...fetching, share: 0, bytes: 0 }, null)).toContain("in parts");
  expect(progressWords({ phase: "compiling", share: 0.5, bytes: null }, null)).toContain("50");
});

test("speed is that of the last seconds", () => {
  const speed = new Speedometer();
  expect(speed.note(0, 0)).toBeNull();
  expect(speed.note(1e6, 1000)).toBe(1e6);
  expect(speed.note(1e6, 30_000)).toBeNull();
  expect(speed.note(5e6, 32_000)).toBe(2e6);
});
