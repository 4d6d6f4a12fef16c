import { colours } from "../../figures/svg";
import type { Palette } from "../../figures/serialize";

/** The values of the figures' colours in the light theme: files are read on paper more often than at night. */
export function lightPalette(): Palette {
  const sample = document.createElement("span");
  sample.style.colorScheme = "light";
  document.body.append(sample);
  const entries = Object.values(colours).map((reference) => {
    sample.style.color = reference;
    return [reference.slice("var(--".length, -1), getComputedStyle(sample).color];
  });
  sample.remove();
  return Object.fromEntries(entries) as Palette;
}
