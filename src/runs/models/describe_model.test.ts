import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { memorySource, type ByteSource } from "../../policy/gguf/byte_source";
import { tinyConfig, tinyModel } from "../../policy/gguf/testing";
import { ggufValue, type GgufValue } from "../../policy/gguf/value";
import { writeGguf } from "../../policy/gguf/write_gguf";
import { allProjections } from "../../policy/lora";
import type { PlannedRun } from "../../policy/memory_estimate";
import { describeModel } from "./describe_model";

const run: PlannedRun = {
  ...{
    backend: "cpu",
    training: { mode: "lora", rank: 8, alpha: 16, targets: allProjections },
    recompute: true,
  },
  ...{ sequences: 8, prompts: 1, promptTokens: 64, responseTokens: 128 },
};

describe("what a model file says of itself", () => {
  const tiny = (keys: Record<string, GgufValue> = {}) => {
    const { metadata, tensors } = tinyModel();
    for (const [key, value] of Object.entries(keys)) metadata.set(key, value);
    return writeGguf({ metadata, tensors: tensors.values() });
  };

  test("the embedded model", () => {
    const bytes = new Uint8Array(readFileSync("public/models/pocket.gguf"));
    const described = describeModel(memorySource(bytes), "pocket.gguf", run);
    expect(described).toMatchObject({ license: "mit", hasChatTemplate: true, bytes: bytes.length });
    expect(described.parameters).toBeGreaterThan(350_000);
    expect(described.types[0].type).toBe("Q8_0");
    const { weights, cache, parameters, activations, total } = described.memory;
    expect(weights + cache + parameters + activations).toBe(total);
  });

  test("only its head is read", () => {
    const bytes = tiny();
    const reads: number[] = [];
    const source: ByteSource = {
      size: bytes.length,
      read(offset, length) {
        reads.push(offset);
        return bytes.subarray(offset, offset + length);
      },
    };
    // One piece from the beginning; the weights are not asked for.
    expect(describeModel(source, "tiny.gguf", run).config).toEqual(tinyConfig);
    expect(reads).toEqual([0]);
  });

  test("its words are shown as a line of text, whatever they hold", () => {
    const odd = `Evil\n\u202e<b>name</b>\u0000${"x".repeat(500)}`;
    const { title, origin, hasChatTemplate } = describeModel(
      memorySource(
        tiny({ "general.name": ggufValue.string(odd), "general.author": ggufValue.string("  \n ") }),
      ),
      "f.gguf",
      run,
    );
    expect(title).toMatch(/^Evil <b>name<\/b> x+…$/);
    expect(title.length).toBeLessThan(130);
    expect([origin, hasChatTemplate]).toEqual([null, false]);
    expect(describeModel(memorySource(tiny()), "f.gguf", run).title).toBe("f.gguf");
  });
});
