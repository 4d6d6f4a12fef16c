import type { RubricItem } from "../schema";
import type { VerifierRegistry } from "../verifiers/registry";
import type { Kwargs } from "../verifiers/verifier";

/** Parameters that ask for a number of something which can be had in part. */
const counts = [
  "num_words",
  "num_sentences",
  "num_highlights",
  "num_placeholders",
  "num_sections",
  "frequency",
  "let_frequency",
  "capital_frequency",
] as const;
const relations = ["relation", "let_relation", "capital_relation"] as const;
const lists = ["keywords", "forbidden_words"] as const;

/** The rules that ask for at least so many without saying so in a parameter. */
const atLeast: readonly string[] = [
  "detectable_format:number_highlighted_sections",
  "detectable_content:number_placeholders",
  "detectable_format:multiple_sections",
];

/**
 * A finer split of an item that code decides: one item for each word of a list, or half of a number on the way to all
 * of it. The parts share the item's weight equally, so that the total stays, and all of them are met when, and only when,
 * the item is. Null where no part means anything by itself, and for pitfalls: a part of one need not be one.
 */
export function splitItem(item: RubricItem, registry: VerifierRegistry): readonly RubricItem[] | null {
  if (item.check.by !== "code" || item.polarity === "avoid") return null;
  const { verifier: id, kwargs } = item.check;
  const verifier = registry.get(id);
  const parts = partsOf(id, kwargs);
  if (!verifier || !parts || parts.some((part) => verifier.validateKwargs(part) !== null)) return null;
  return parts.map((part) => ({
    ...item,
    text: verifier.describe(part),
    weight: item.weight / parts.length,
    check: { by: "code", verifier: id, kwargs: part },
  }));
}

function partsOf(id: string, kwargs: Kwargs): Kwargs[] | null {
  // One of the words is enough: each by itself would ask for more.
  if (kwargs["any"] === true) return null;
  for (const name of lists) {
    const words = kwargs[name];
    if (Array.isArray(words) && words.length > 1) return words.map((word) => ({ ...kwargs, [name]: [word] }));
  }
  const isMinimum = relations.some((name) => kwargs[name] === "at least") || atLeast.includes(id);
  const name = counts.find((count) => typeof kwargs[count] === "number");
  if (!isMinimum || !name) return null;
  const half = Math.floor((kwargs[name] as number) / 2);
  return half === 0 ? null : [{ ...kwargs, [name]: half }, kwargs];
}
