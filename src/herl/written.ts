import { HerlError } from "../errors";
import { deriveKey, type Key } from "../kernels/random/random";
import type { ChatCodec, Policy, Tree } from "../policy/policy";
import type { Task } from "../rubric/schema";
import { scoringTemperature, type MethodConfig } from "./config";
import type { Group, Sample } from "./group";
import { ungraded } from "./rollouts";

/** A response that somebody else wrote. */
interface Written {
  readonly origin: NonNullable<Sample["origin"]>;
  readonly text: string;
}

/** Good responses to a task, at most `count`, drawn from `key`; none where nobody wrote any. */
export type References = (task: Task, count: number, key: Key) => readonly string[];

/**
 * The responses that a group trains on: references for SFT, the reference and the rejected one for DPO. Throws
 * REFERENCES_MISSING where there are none.
 */
function writtenFor(
  task: Task,
  references: References | undefined,
  { objective, rollouts }: Pick<MethodConfig, "objective" | "rollouts">,
  key: Key,
): Written[] {
  const isPair = objective.loss === "preference";
  const good = references?.(task, isPair ? 1 : rollouts, key) ?? [];
  if (good.length === 0) throw writtenMissing(`No response was written for the task ${task.id}`);
  const written = good.map((text): Written => ({ origin: "reference", text }));
  if (!isPair) return written;
  if (task.rejected === undefined) throw writtenMissing(`The task ${task.id} has no rejected response`);
  return [...written, { origin: "rejected", text: task.rejected }];
}

/** Raised where nobody wrote what the method is to train on. */
export const writtenMissing = (what: string) =>
  new HerlError(
    "REFERENCES_MISSING",
    what,
    "Add `reference` (for DPO on a file also `rejected`) to the tasks of the file, train on another world, or choose a method that samples",
  );

/**
 * The written responses of every group as ungraded samples: their tokens with the one that ends them, and what the
 * policy thinks of each token, which no one sampled. Rejects with CONTEXT_TOO_LONG where one does not fit, and with
 * REFERENCES_MISSING.
 */
export async function scoreWritten(
  learner: { readonly policy: Policy; readonly codec: ChatCodec; readonly references?: References },
  groups: readonly Group[],
  config: MethodConfig,
  key: Key,
  signal?: AbortSignal,
): Promise<Sample[][]> {
  const written = groups.map(({ task }, g) =>
    writtenFor(task, learner.references, config, deriveKey(key, "references", g)).map((response) => ({
      ...response,
      ids: learner.codec.encodeResponse(response.text),
    })),
  );
  const trees = groups.map(({ prompt }, g): Tree => ({ prompt, branches: written[g].map(({ ids }) => ids) }));
  const scores = await learner.policy.score(trees, { temperature: scoringTemperature(config), signal });
  return written.map((responses, g) =>
    responses.map(({ origin, ids }, i): Sample => {
      const rollout = { ids, ...scores[g][i], finish: "stop" } as const;
      return { ...ungraded(learner, rollout), origin };
    }),
  );
}
