import { isBlank, strip } from "./text/python_text";
import type { RubricItem, Verdict } from "./schema";
import type { VerifierRegistry } from "./verifiers/registry";
import { gradeByCode } from "./code_grader";

/**
 * The texts that loose grading accepts for one response (IFEval, Zhou et al., 2023, and its evaluation code): the
 * response, the response without its first line, its last line or both, and these four without asterisks. Each text
 * once, and none that is blank; the response itself comes first.
 */
export function looseVariants(response: string): string[] {
  const lines = response.split("\n");
  const shortened = [lines.slice(1), lines.slice(0, -1), lines.slice(1, -1)].map((some) =>
    strip(some.join("\n")),
  );
  const plain = [response, ...shortened];
  const variants = [...plain, ...plain.map((text) => text.replaceAll("*", ""))];
  return [...new Set(variants)].filter((text) => !isBlank(text));
}

/** The verdict on one item in the loose sense: the rule counts as followed when any of `variants` follows it. */
export function gradeLoosely(
  registry: VerifierRegistry,
  item: RubricItem,
  variants: readonly string[],
): Verdict {
  const followed: Verdict["status"] = item.polarity === "want" ? "satisfied" : "unmet";
  let verdict = gradeByCode(registry, item, "");
  for (const text of variants) {
    if (verdict.status === followed || verdict.status === "unknown") break;
    verdict = gradeByCode(registry, item, text);
  }
  return verdict;
}
