import { describe, expect, test } from "vitest";
import { variants } from "../herl/config";
import { presets, resolveConfig } from "../runs/presets";
import { readUrl, views, writeUrl } from "./url_state";

const start = { group: 0, pinned: null };
const places = [
  start,
  { group: 3, pinned: null },
  { group: 0, pinned: { group: 0, source: "rollout", index: 2, token: 13 } },
  { group: 7, pinned: { group: 7, source: "revision", index: 0, token: 0 } },
] as const;

describe("a link makes the same run again", () => {
  const settings: [string, string][] = [
    ["groups", "4"],
    ["world.families", "title,noComma"],
    ["hindsight.gamma", "0.5"],
    ["measureTransfer", "false"],
    ["optimizer.learningRate", "0.0003"],
  ];

  test.each(presets.flatMap(({ name }) => variants.map((variant) => [name, variant] as const)))(
    "%s, %s",
    (preset, variant) => {
      for (const own of [[], settings]) {
        const config = resolveConfig({ preset, variant, seed: 7, settings: own });
        for (const backend of ["auto", "cpu", "webgpu"] as const)
          for (const view of views)
            for (const place of places)
              expect(readUrl(writeUrl({ config, backend, view, place }))).toEqual({
                ...{ config, backend, view, place },
                problem: null,
              });
      }
    },
  );

  test("only what differs is in it", () => {
    const config = resolveConfig({ preset: "pocket", seed: 3 });
    expect(writeUrl({ config, backend: "auto", view: "train", place: start })).toBe(
      "?preset=pocket&method=herl&seed=3",
    );
  });
});

describe("a link that is wrong", () => {
  const fallback = resolveConfig({ preset: "pocket-rare" });

  test("nothing at all is the default", () => {
    expect(readUrl("")).toEqual({
      ...{ config: fallback, backend: "auto", view: "train", place: start },
      problem: null,
    });
  });

  test.each(["x", "-1", "1.rollout", "1.draft.0.0", "1.rollout.0.0.0", "99999"])(
    "a place %s that is none is the start",
    (at) => {
      expect(readUrl(`?at=${at}`).place).toEqual(start);
    },
  );

  test("the pinned token is in the link", () => {
    expect(readUrl("?at=2.rollout.0.13").place).toEqual({
      ...{ group: 2, pinned: { group: 2, source: "rollout", index: 0, token: 13 } },
    });
  });

  test.each([
    ["?preset=nowhere", "PRESET_UNKNOWN"],
    ["?groups=many", "CONFIG_INVALID"],
    ["?groups=-1&seed=4", "CONFIG_INVALID"],
    ["?world.minConstraints=4&world.maxConstraints=2", "CONFIG_INVALID"],
  ])("%s is said", (search, code) => {
    expect(readUrl(search).problem?.code).toBe(code);
  });

  test("what is right in it is obeyed all the same", () => {
    const { config } = readUrl("?method=he&seed=4&groups=-1");
    expect(config).toEqual(resolveConfig({ preset: "pocket-rare", variant: "he", seed: 4 }));
  });

  test("odd strings change nothing", () => {
    for (const search of [
      "?seed=1e999&method=<script>",
      "?seed=-3",
      "?%E0%A4%A",
      `?seed=${"9".repeat(1000)}`,
      "?utm=\ud800",
      "?backend=quantum",
    ])
      expect(readUrl(search).config).toEqual(fallback);
  });
});
