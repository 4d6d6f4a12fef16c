import type { Palette } from "./serialize";

/**
 * The figures' colours in the light theme, for files that are written where there is no page: the light values of
 * `ui/styles/tokens.css` and `series.css`, which a test holds against these.
 */
export const lightPalette: Palette = {
  paper: "#fbfaf7",
  ink: "#1a1b1e",
  "ink-quiet": "#62646a",
  rule: "#e3e1da",
  track: "#efede7",
  bar: "#7b7c7d",
  positive: "#1b69ad",
  negative: "#dc6428",
  hindsight: "#7a4fd0",
  "series-1": "#1b69ad",
  "series-2": "#bf4f16",
  "series-3": "#1f7a50",
  "series-4": "#7a4fd0",
  "series-5": "#866300",
  "series-6": "#ae3674",
};
