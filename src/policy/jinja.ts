import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { HerlError } from "../errors";

type Program = ReturnType<typeof parse>;

/** The template used last, since a run renders one template thousands of times and Qwen's takes 5 ms to parse. */
let last: { readonly source: string; readonly program: Program } | null = null;

/**
 * Renders a Jinja chat template with the globals that Hugging Face's `apply_chat_template` gives it, save that
 * `strftime_now` is always on one day: a prompt must not depend on when it is made. Whatever goes wrong, in parsing
 * or by the template's own `raise_exception`, is a CHAT_TEMPLATE error.
 */
export function renderJinja(source: string, variables: Readonly<Record<string, unknown>>): string {
  try {
    if (last?.source !== source) {
      last = { source, program: parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true })) };
    }
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...globals, ...variables })) environment.set(name, value);
    return String(new Interpreter(environment).run(last.program).value);
  } catch (error) {
    throw new HerlError(
      "CHAT_TEMPLATE",
      `The model's chat template cannot be applied: ${error instanceof Error ? error.message : String(error)}`,
      "Check the order and the roles of the messages; some models take no system message.",
      { cause: error },
    );
  }
}

const globals = {
  true: true,
  false: false,
  none: null,
  True: true,
  False: false,
  None: null,
  range,
  strftime_now: formatDay,
  raise_exception(message: unknown): never {
    throw new Error(String(message));
  },
};

const longestRange = 1 << 16;

/** Python's range, bounded: a template that counts to a billion must not stop the page. */
function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (!(length <= longestRange)) throw new Error(`range of ${length} elements`);
  return Array.from({ length }, (_, i) => start + i * step);
}

/** The day on which Llama 3's template falls back where there is no clock. */
const day: Readonly<Record<string, string>> = {
  Y: "2024",
  m: "07",
  d: "26",
  b: "Jul",
  B: "July",
  H: "00",
  M: "00",
  "%": "%",
};

function formatDay(format: unknown): string {
  return String(format).replace(/%([YmdbBHM%])/g, (_, field: string) => day[field]);
}
