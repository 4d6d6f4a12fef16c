import type { Grader } from "./grader";
import type { RubricItem, Task, Verdict } from "./schema";
import type { VerifierRegistry } from "./verifiers/registry";

/**
 * A grader that decides code items by the registry's verifiers. What it cannot decide is `unknown` with the reason:
 * an item for a judge, a verifier that it does not know, parameters that the verifier rejects.
 */
export function codeGrader(registry: VerifierRegistry): Grader {
  return {
    async grade(task: Task, response: string, signal?: AbortSignal) {
      signal?.throwIfAborted();
      return task.rubric.map((item) => gradeByCode(registry, item, response));
    },
  };
}

/** The verdict on one item, at once. */
export function gradeByCode(registry: VerifierRegistry, item: RubricItem, response: string): Verdict {
  if (item.check.by === "judge") return { status: "unknown", reason: "no judge is configured for this item" };
  const { verifier: id, kwargs } = item.check;
  const verifier = registry.get(id);
  if (verifier === undefined) return { status: "unknown", reason: `no verifier is called ${id}` };
  const problem = verifier.validateKwargs(kwargs);
  if (problem !== null) return { status: "unknown", reason: `${id} cannot use its parameters: ${problem}` };
  const present = verifier.check(response, kwargs);
  return { status: present === (item.polarity === "want") ? "satisfied" : "unmet" };
}
