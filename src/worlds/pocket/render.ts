import { englishRegistry } from "../../rubric/verifiers/registry";
import { maxSentences, type Content } from "./content";
import type { PocketConstraint } from "./exclusions";
import { familyOf } from "./families/registry";
import { plainPlan, write } from "./plan";

/** Whether a text follows a constraint, by the constraint's verifier. */
export const followsConstraint = (text: string, { family, kwargs }: PocketConstraint): boolean =>
  englishRegistry.get(familyOf(family).verifier)!.check(text, kwargs);

/**
 * The text that tells a content and follows exactly the constraints marked in `followed` (one flag a constraint, in
 * order), breaking every other one. The story's length is what is left to choose: it is the one nearest to the
 * content's own at which every verifier agrees. Exists for every set of constraints that `clash` allows.
 */
export function render(
  content: Content,
  constraints: readonly PocketConstraint[],
  followed: readonly boolean[],
): string {
  const plan = plainPlan(content);
  constraints.forEach(({ family, kwargs }, index) =>
    familyOf(family).apply(plan, followed[index], kwargs, content),
  );
  for (const length of lengthsNear(content.length)) {
    const text = write(content, { ...plan, length });
    if (constraints.every((constraint, index) => followsConstraint(text, constraint) === followed[index]))
      return text;
  }
  const wanted = constraints.map(({ family }, index) => `${followed[index] ? "" : "not "}${family}`);
  throw new Error(
    `No text about a ${content.topic.animal} is ${wanted.join(", ")}: an exclusion is missing.`,
  );
}

/** All lengths of a story, nearest first, and the shorter of two that are as near. */
function lengthsNear(length: number): number[] {
  const lengths = Array.from({ length: maxSentences }, (_, index) => index + 1);
  return lengths.sort((a, b) => Math.abs(a - length) - Math.abs(b - length));
}
