import type { TrainablePolicy, Tree } from "../policy/policy";
import type { Group } from "./group";
import type { TrainedRow } from "./update";

/**
 * Does hindsight transfer? HeRL trains π(·|q,H) and is used as π(·|q). For the revisions of an update that joined
 * their groups: how much more likely the hindsight makes them, and how far training the one moved the other
 * (method.md, "Does hindsight transfer?").
 */
export interface Transfer {
  readonly revisions: readonly RevisionTransfer[];
  /** Mean over all their tokens of ln π(τ̃_t|q,H,·) − ln π(τ̃_t|q,·), before the update, in nats. */
  readonly gap: number;
  /** Mean over the revisions: the change of ln π(τ̃|q,H) and of ln π(τ̃|q) over the update, in nats. */
  readonly changeWith: number;
  readonly changeWithout: number;
  /** Σ change of ln π(τ̃|q) over Σ change of ln π(τ̃|q,H), by the real step; null when the latter is near 0. */
  readonly ratio: number | null;
}

export interface RevisionTransfer {
  readonly group: number;
  /** ln π of each token given (q, H) and given q, before the update. */
  readonly withHindsight: Float32Array;
  readonly without: Float32Array;
  /** Change of ln π(τ̃|q,H) and of ln π(τ̃|q) over the update, in nats. */
  readonly changeWith: number;
  readonly changeWithout: number;
}

interface Before {
  readonly groups: readonly number[];
  readonly trees: readonly Tree[];
  readonly temperature: number;
  readonly logprobs: readonly Float32Array[];
}

/** A sum of changes below this says nothing about their ratio. */
const smallestChange = 1e-4;

/**
 * The revisions that joined, scored after (q, H) and after q; null when none did. `rows` are those of the update: what
 * its first pass has found already is not computed again.
 */
export async function transferBefore(
  policy: TrainablePolicy,
  groups: readonly Group[],
  rows: readonly TrainedRow[],
  { temperature, signal }: { readonly temperature: number; readonly signal?: AbortSignal },
): Promise<Before | null> {
  const joined = groups.flatMap(({ joined, revisions, prompt }, group) => {
    if (joined === null) return [];
    const { context, rollout } = revisions[joined];
    const row = rows.find((r) => r.group === group && r.source === "revision");
    return [context, prompt].map((before) => ({
      group,
      tree: { prompt: before, branches: [rollout.ids] } satisfies Tree,
      known: row?.prompt === before ? row.gradients.logprobs : null,
    }));
  });
  if (joined.length === 0) return null;
  const missing = joined.flatMap(({ tree, known }) => (known ? [] : [tree]));
  const scores = (await policy.score(missing, { temperature, signal })).values();
  return {
    groups: joined.flatMap(({ group }, i) => (i % 2 === 0 ? [group] : [])),
    trees: joined.map(({ tree }) => tree),
    temperature,
    logprobs: joined.map(({ known }) => known ?? scores.next().value![0].logprobs),
  };
}

/** Scores them again after the update. */
export async function transferAfter(policy: TrainablePolicy, before: Before): Promise<Transfer> {
  const { trees, temperature } = before;
  const after = (await policy.score(trees, { temperature })).map(([{ logprobs }]) => logprobs);
  const total = (logprobs: Float32Array) => logprobs.reduce((sum, l) => sum + l, 0);
  const revisions = before.groups.map((group, i) => ({
    group,
    withHindsight: before.logprobs[2 * i],
    without: before.logprobs[2 * i + 1],
    changeWith: total(after[2 * i]) - total(before.logprobs[2 * i]),
    changeWithout: total(after[2 * i + 1]) - total(before.logprobs[2 * i + 1]),
  }));
  const sum = (of: (revision: RevisionTransfer) => number) => revisions.reduce((s, r) => s + of(r), 0);
  const [changeWith, changeWithout] = [sum((r) => r.changeWith), sum((r) => r.changeWithout)];
  return {
    revisions,
    changeWith: changeWith / revisions.length,
    changeWithout: changeWithout / revisions.length,
    gap: sum((r) => total(r.withHindsight) - total(r.without)) / sum((r) => r.without.length),
    ratio: Math.abs(changeWith) < smallestChange ? null : changeWithout / changeWith,
  };
}
