import type { SvgNode } from "./svg";

/** Values for the colours `var(--NAME)` of a picture, by name. */
export type Palette = Readonly<Record<string, string>>;

/**
 * A picture as the text of an SVG file that needs no style sheet: colours replaced by their values, everything
 * escaped, characters that XML forbids replaced by U+FFFD.
 */
export function serialize(root: SvgNode, palette: Palette = {}): string {
  const resolve = (value: string) =>
    value.replace(/var\(--([\w-]+)\)/g, (whole, name: string) => palette[name] ?? whole);
  const write = (node: SvgNode | string): string => {
    if (typeof node === "string") return escape(node);
    const attributes = Object.entries(node.attributes).map(
      ([name, value]) => ` ${name}="${escape(resolve(value))}"`,
    );
    const head = node.tag + attributes.join("");
    return node.children.length === 0
      ? `<${head}/>`
      : `<${head}>${node.children.map(write).join("")}</${node.tag}>`;
  };
  const { attributes } = root;
  return `${write({ ...root, attributes: { xmlns: "http://www.w3.org/2000/svg", ...attributes } })}\n`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escape = (text: string): string =>
  text
    .toWellFormed()
    // eslint-disable-next-line no-control-regex -- exactly the characters that XML 1.0 has no place for
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"]/g, (character) => entities[character]);
