/** Inputs of the notebooks: native controls with names, whose `value` the runtime reads at every `input` event. */

/** An element with a value for `view`. */
export type Input<T> = HTMLElement & { readonly value: T };

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const withValue = <T>(root: HTMLElement, read: () => T): Input<T> =>
  Object.defineProperty(root, "value", { get: read }) as Input<T>;

export interface RangeOptions {
  readonly min: number;
  readonly max: number;
  readonly value: number;
  /** Default 1. */
  readonly step?: number;
  readonly format?: (value: number) => string;
}

/** A slider. */
export function range(label: string, { min, max, value, step = 1, format = String }: RangeOptions) {
  const slider = element("input", { type: "range" });
  Object.assign(slider, { min: String(min), max: String(max), step: String(step) });
  slider.valueAsNumber = value;
  const shown = element("output");
  const show = () => {
    shown.textContent = format(slider.valueAsNumber);
    slider.setAttribute("aria-valuetext", shown.textContent);
  };
  show();
  slider.addEventListener("input", show);
  const root = element("label", { className: "input" }, element("span", {}, label), slider, shown);
  return withValue(root, () => slider.valueAsNumber);
}

/** A choice among named values; the first one, unless `name` says otherwise. */
export function choice<T>(label: string, options: ReadonlyMap<string, T>, name?: string) {
  const select = element(
    "select",
    {},
    ...[...options.keys()].map((key) => element("option", { value: key, selected: key === name }, key)),
  );
  const root = element("label", { className: "input" }, element("span", {}, label), select);
  return withValue(root, () => options.get(select.value)!);
}

/** The tokens of a text, one of which is picked: its index. Arrow keys move from one to the next. */
export function tokens(label: string, texts: readonly string[], picked: number) {
  const name = `tokens-${crypto.randomUUID()}`;
  const radios = texts.map((_, i) =>
    element("input", { type: "radio", name, value: String(i), checked: i === picked }),
  );
  const root = element(
    "fieldset",
    { className: "tokens" },
    element("legend", {}, label),
    ...texts.map((text, i) => element("label", {}, radios[i], element("span", {}, text))),
  );
  return withValue(root, () => radios.findIndex(({ checked }) => checked));
}
