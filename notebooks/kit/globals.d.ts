/** What a cell may use without an import. Cells of a notebook share one scope and are checked as one module. */
import type { tex as Tex } from "./tex";

declare global {
  /** Shows a value under the cell. */
  function display<T>(value: T): T;
  /** Shows an input; for other cells the result is its value, and they compute again when it changes. */
  function view<T>(input: HTMLElement & { readonly value: T }): T;
  /** A formula in KaTeX. */
  const tex: typeof Tex;
  /** Width of the notebook's column, in pixels. */
  const width: number;
}
