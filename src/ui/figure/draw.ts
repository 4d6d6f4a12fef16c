import type { SvgNode } from "../../figures/svg";

const namespace = "http://www.w3.org/2000/svg";

/**
 * Makes an element's children those of a picture, changing only what differs: a grid of 512 cells that turns colour
 * costs a comparison a cell and no new element. Text is set as text, never read as markup.
 */
export function drawChildren(element: Element, children: SvgNode["children"]): void {
  while (element.childNodes.length > children.length) element.lastChild!.remove();
  children.forEach((child, i) => {
    const present = element.childNodes[i] as Element | Text | undefined;
    if (typeof child === "string") {
      if (present instanceof Text) {
        if (present.data !== child) present.data = child;
      } else replace(element, document.createTextNode(child), present);
      return;
    }
    let target: Element;
    if (present instanceof Element && present.tagName === child.tag) target = present;
    else {
      target = document.createElementNS(namespace, child.tag);
      replace(element, target, present);
    }
    drawAttributes(target, child.attributes);
    drawChildren(target, child.children);
  });
}

function replace(parent: Element, child: Node, present: Node | undefined): void {
  if (present) parent.replaceChild(child, present);
  else parent.appendChild(child);
}

/** What elements were last given: comparing with it is many times cheaper than asking the document. */
const drawn = new WeakMap<Element, SvgNode["attributes"]>();

function drawAttributes(element: Element, attributes: SvgNode["attributes"]): void {
  const before = drawn.get(element) ?? {};
  for (const name in attributes)
    if (before[name] !== attributes[name]) element.setAttribute(name, attributes[name]);
  for (const name in before) if (!(name in attributes)) element.removeAttribute(name);
  drawn.set(element, attributes);
}
