import type { SvgNode } from "../../src/figures/svg";
import { drawChildren } from "../../src/ui/figure/draw";

/** A picture of `src/figures` with its caption; `label` says what it shows to those who do not see it. */
export function figure(picture: SvgNode, label: string, caption: string): HTMLElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const name of ["width", "height", "viewBox"]) svg.setAttribute(name, picture.attributes[name]);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  drawChildren(svg, picture.children);
  const root = document.createElement("figure");
  const text = document.createElement("figcaption");
  text.textContent = caption;
  root.append(svg, text);
  return root;
}

/** A table with a caption and a head; the first column names the rows. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLElement {
  const made = document.createElement("table");
  made.createCaption().textContent = caption;
  const cell = (row: HTMLTableRowElement, text: string, scope: "row" | "col" | null) => {
    const made = document.createElement(scope ? "th" : "td");
    if (scope) (made as HTMLTableCellElement).scope = scope;
    made.textContent = text;
    row.append(made);
  };
  const top = made.createTHead().insertRow();
  for (const text of head) cell(top, text, "col");
  const body = made.createTBody();
  for (const texts of rows) {
    const row = body.insertRow();
    texts.forEach((text, i) => cell(row, text, i === 0 ? "row" : null));
  }
  const scroller = document.createElement("div");
  scroller.className = "table";
  scroller.tabIndex = 0;
  scroller.role = "region";
  scroller.ariaLabel = caption;
  scroller.append(made);
  return scroller;
}

/** Text as the model wrote it. */
export function quote(text: string): HTMLElement {
  const root = document.createElement("blockquote");
  root.textContent = text;
  return root;
}
