import { colours } from "../../figures/svg";
import type { Palette } from "../../figures/serialize";
import { seriesColours } from "../../figures/series_looks";

/** The values of the figures' colours in the light theme: files are read on paper more often than at night. */
export const lightPalette = (): Palette => paletteIn(document.body, "light");

/** Their values inside an element, in whatever theme it has, for what is painted instead of styled. */
export function paletteIn(parent: Element, colorScheme = ""): Palette {
  const sample = document.createElement("span");
  sample.style.colorScheme = colorScheme;
  // Where a system forces its colours, those that the figures' own ones stand for there.
  sample.style.setProperty("forced-color-adjust", "none");
  parent.append(sample);
  const entries = [...Object.values(colours), ...seriesColours].map((reference) => {
    sample.style.color = reference;
    return [reference.slice("var(--".length, -1), getComputedStyle(sample).color];
  });
  sample.remove();
  return Object.fromEntries(entries) as Palette;
}
