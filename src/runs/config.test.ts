import { describe, expect, test } from "vitest";
import { variants } from "../herl/config";
import { parseConfig } from "./config";
import { presets, resolveConfig } from "./presets";
import { configDifferences, getSetting, parseSetting, settings, withSetting } from "./settings";

describe("the schema", () => {
  test("completes an empty configuration with the paper's defaults", () => {
    const config = parseConfig({});
    expect(config).toMatchObject({
      rollouts: 7,
      temperature: 1,
      hindsight: { gamma: 1, context: "kept", weight: "shaped" },
      bonus: { alpha: 0.05 },
      objective: { clipLow: 0.2, aggregation: "seqMeanTokenMean", klCoef: 1e-4 },
      optimizer: { learningRate: 1e-6, maxGradNorm: 1 },
    });
    expect(parseConfig(config)).toEqual(config);
  });

  test("names every wrong field, with its problem", () => {
    const wrong = { hindsight: { gamma: -1 }, optimizer: { beta1: 1 }, rollouts: 0.5, what: 1 };
    expect(() => parseConfig(wrong)).toThrow(
      expect.objectContaining({
        code: "CONFIG_INVALID",
        message: expect.stringMatching(
          /(?=.*hindsight\.gamma)(?=.*optimizer\.beta1)(?=.*rollouts)(?=.*what)/,
        ),
      }),
    );
  });

  test("refuses combinations that make no sense", () => {
    expect(() => parseConfig({ world: { minConstraints: 4, maxConstraints: 2 } })).toThrow("minConstraints");
    expect(() => parseConfig({ training: { rank: 6 } })).toThrow("multiple of 4");
    expect(() => parseConfig({ process: { scores: "outcome" } })).toThrow("hindsight.enabled");
  });
});

describe("settings", () => {
  test("every leaf of the schema is one, with a description", () => {
    const config = parseConfig({});
    const leaves = (value: unknown, path: string): string[] =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.entries(value).flatMap(([name, inner]) => leaves(inner, path ? `${path}.${name}` : name))
        : [path];
    expect(settings.map(({ key }) => key).sort()).toEqual(leaves(config, "").sort());
    for (const { key, description, default: preset } of settings) {
      expect(description, key).not.toBe("");
      expect(getSetting(config, key), key).toEqual(preset);
    }
  });

  test("read their own text back", () => {
    const config = resolveConfig({ preset: "pocket" });
    for (const { key } of settings)
      expect(parseSetting(key, String(getSetting(config, key))), key).toEqual(getSetting(config, key));
  });

  test("an unknown one is refused, with what was probably meant", () => {
    expect(() => withSetting({}, "gamma", 1)).toThrow(
      expect.objectContaining({ code: "CONFIG_KEY", cure: expect.stringContaining("hindsight.gamma") }),
    );
    expect(() => parseSetting("hindsight.gamma", "x")).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
    expect(() => parseSetting("hindsight.enabled", "yes")).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
  });

  test("differences are what a link must say", () => {
    const base = resolveConfig({ preset: "pocket" });
    const changed = resolveConfig({
      preset: "pocket",
      settings: [
        ["bonus.alpha", "0.2"],
        ["groups", "4"],
      ],
    });
    expect(configDifferences(changed, base)).toEqual([
      ["groups", "4"],
      ["bonus.alpha", "0.2"],
    ]);
    expect(configDifferences(base, base)).toEqual([]);
  });
});

test("what SFT and DPO would ignore is refused", () => {
  const settled = (variant: "sft" | "dpo", ...settings: [string, string][]) =>
    resolveConfig({ preset: "pocket-rare", variant, settings });
  const refused = expect.objectContaining({
    code: "CONFIG_INVALID",
    message: expect.stringContaining("objective.loss"),
  });
  expect(() => settled("sft", ["hindsight.enabled", "true"])).toThrow(refused);
  expect(() => settled("dpo", ["process.scores", "segments"])).toThrow(refused);
  expect(() => settled("sft", ["scaffold.enabled", "true"])).toThrow(refused);
  expect(() => settled("dpo", ["preference.pairs", "file"], ["sampling.dynamicRounds", "2"])).toThrow(
    refused,
  );
  expect(settled("dpo", ["sampling.dynamicRounds", "2"]).objective.loss).toBe("preference");
});

describe("presets", () => {
  test.each(presets.map(({ name }) => name))("%s resolves for every variant at the same budget", (preset) => {
    for (const variant of variants) {
      const { rollouts, hindsight } = resolveConfig({ preset, variant });
      expect(rollouts + (hindsight.enabled && hindsight.edit === "answer" ? 1 : 0), variant).toBe(8);
    }
  });

  test("variants differ in what method.md says, and in nothing else", () => {
    const of = (variant: (typeof variants)[number]) => resolveConfig({ preset: "pocket-rare", variant });
    const keys = (a: (typeof variants)[number], b: (typeof variants)[number]) =>
      configDifferences(of(a), of(b)).map(([key]) => key);
    expect(keys("herl", "he")).toEqual(["variant", "bonus.alpha"]);
    expect(keys("he", "naivehe")).toEqual(["variant", "hindsight.context", "hindsight.weight"]);
    expect(keys("he", "rlvr")).toEqual(["variant", "rollouts", "hindsight.enabled"]);
  });

  test("a single setting wins over what the variant sets", () => {
    const config = resolveConfig({
      preset: "pocket",
      variant: "naivehe",
      settings: [["hindsight.context", "kept"]],
    });
    expect(config.hindsight).toMatchObject({ context: "kept", weight: "clipped" });
  });

  test("an unknown preset is refused by name", () => {
    expect(() => resolveConfig({ preset: "nothing" })).toThrow(
      expect.objectContaining({ code: "PRESET_UNKNOWN" }),
    );
  });
});
