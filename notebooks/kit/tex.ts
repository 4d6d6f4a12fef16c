import katex from "katex";
import "katex/dist/katex.min.css";

/** A formula, with MathML for screen readers. */
const renderer =
  (displayMode: boolean) =>
  (strings: TemplateStringsArray, ...values: unknown[]): Element => {
    const root = document.createElement("span");
    katex.render(String.raw(strings, ...values), root, { displayMode, output: "htmlAndMathml" });
    const formula = root.firstElementChild as HTMLElement;
    if (displayMode) formula.tabIndex = 0; // scrolls by keyboard where it is wider than the window
    formula.remove(); // the runtime shows what has no parent
    return formula;
  };

export const tex = Object.assign(renderer(false), { block: renderer(true) });
