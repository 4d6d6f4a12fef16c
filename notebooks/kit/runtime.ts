/**
 * Runs a notebook's cells. Each cell computes again when a value that it reads has changed. The kit's own runtime
 * offers libraries from a CDN, unpinned; here a cell may use what stands below, and imports everything else.
 */
import "../../src/ui/no_eval";
import { library, NotebookRuntime, observe } from "@observablehq/notebook-kit/runtime";

type Markdown = (strings: TemplateStringsArray, ...values: unknown[]) => Node;

/** Values stand in the text as text: what a model wrote is never read as markup. */
const asNode = (value: unknown) => (value instanceof Node ? value : document.createTextNode(String(value)));

const builtins = {
  /** Width of the notebook's column, in pixels; changes with the window. Figures need some, before the style is there. */
  width: () =>
    library.Generators().observe<number>((change) => {
      const column = document.querySelector("main")!;
      let width = 0;
      const measure = () => {
        const now = Math.max(280, column.clientWidth);
        if (now !== width) change((width = now));
      };
      const observer = new ResizeObserver(measure);
      observer.observe(column);
      measure();
      return () => observer.disconnect();
    }),
  md: async () => {
    const md = (await library.md()) as Markdown;
    return (strings: TemplateStringsArray, ...values: unknown[]) => md(strings, ...values.map(asNode));
  },
  tex: async () => (await import("./tex.ts")).tex,
};

const notebook = new NotebookRuntime(builtins);

/** Adds a cell. While it computes it is marked busy, for screen readers and for the test that waits for it. */
export function define(...[state, definition]: Parameters<typeof notebook.define>): void {
  const { root } = state;
  root.ariaBusy = "true";
  notebook.define(state, definition, (...args) => {
    const observer = observe(...args);
    const done =
      <T>(report: (value: T) => void) =>
      (value: T) => {
        report.call(observer, value);
        root.ariaBusy = "false";
      };
    return {
      ...observer,
      pending() {
        root.ariaBusy = "true";
        observer.pending();
      },
      fulfilled: done(observer.fulfilled),
      rejected: done(observer.rejected),
    };
  });
}

// Code that is wider than the window scrolls, by keyboard too.
for (const code of document.querySelectorAll("pre")) code.tabIndex = 0;
