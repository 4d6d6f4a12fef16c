import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lightPalette } from "./light_palette";
import { seriesColours } from "./series_looks";
import { colours } from "./svg";

test("the colours of files are the light ones of the page, all of them", () => {
  const css = ["tokens", "series"]
    .map((name) => readFileSync(new URL(`../ui/styles/${name}.css`, import.meta.url), "utf8"))
    .join("\n");
  const wanted = [...Object.values(colours), ...seriesColours].map((value) =>
    value.slice("var(--".length, -1),
  );
  expect(Object.keys(lightPalette).sort()).toEqual([...wanted].sort());
  for (const [name, value] of Object.entries(lightPalette))
    expect(css).toContain(`--${name}: light-dark(${value},`);
});
