import { serialize, type Palette } from "./serialize";
import { colours, node, picture, text, type SvgNode } from "./svg";

export interface ExportParts {
  readonly figure: SvgNode;
  readonly title: string;
  /** What the colours, dashes and marks mean. */
  readonly legend: string;
  /** What run it shows. */
  readonly caption: string;
}

const padding = 16;
const lineHeight = 15;

/** A figure as an SVG file that stands alone: title, legend and caption are inside, colours are values. */
export function exportFigure({ figure, title, legend, caption }: ExportParts, palette: Palette): string {
  const width = Number(figure.attributes["width"]) + 2 * padding;
  const figureHeight = Number(figure.attributes["height"]);
  const notes = [...wrapped(legend, width), ...wrapped(caption, width)];
  const top = padding + 22;
  const bottom = top + figureHeight + 8;
  const height = bottom + notes.length * lineHeight + padding / 2;
  const root = picture(width, height, [
    node("title", {}, [title]),
    node("rect", { width, height, fill: colours.paper }),
    text(padding, padding + 8, title, { size: 14, weight: 600 }),
    { ...figure, attributes: { ...figure.attributes, x: String(padding), y: String(top) } },
    ...notes.map((line, i) =>
      text(padding, bottom + (i + 0.8) * lineHeight, line, { size: 11, colour: colours.quiet }),
    ),
  ]);
  const fonts = { "font-family": "Inter Variable, Inter, system-ui, sans-serif", role: "img" };
  return serialize({ ...root, attributes: { ...root.attributes, ...fonts } }, palette);
}

/** Lines of a text that fit a width at 11 px, about 5.6 pixels a character. */
function wrapped(content: string, width: number): string[] {
  const most = Math.max(20, Math.floor((width - 2 * padding) / 5.6));
  const lines: string[] = [];
  let line = "";
  for (const word of content.split(/\s+/)) {
    if (line && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return line ? [...lines, line] : lines;
}
