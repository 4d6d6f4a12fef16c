import { difference, dot, squaredNorm } from "../analysis/vectors";
import { mapScores } from "../analysis/gradient_of";
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
  /** The same to first order: Σ⟨s_q, Δθ⟩ over Σ⟨s_qH, Δθ⟩; null unless gradients were asked for. */
  readonly firstOrder: number | null;
  /** Of a step along the revisions' own gradients, apart from the rollouts: Σ⟨s_q, s_qH⟩ over Σ‖s_qH‖². */
  readonly isolated: number | null;
}

export interface RevisionTransfer {
  readonly group: number;
  /** ln π of each token given (q, H) and given q, before the update. */
  readonly withHindsight: Float32Array;
  readonly without: Float32Array;
  /** Change of ln π(τ̃|q,H) and of ln π(τ̃|q) over the update, in nats. */
  readonly changeWith: number;
  readonly changeWithout: number;
  readonly gradients: TransferGradients | null;
}

/** Of one revision, with the gradients s_qH = ∇θ ln π(τ̃|q,H) and s_q = ∇θ ln π(τ̃|q) before the update. */
export interface TransferGradients {
  /** ⟨s_qH, Δθ⟩ and ⟨s_q, Δθ⟩: the changes to first order, in nats. */
  readonly firstOrderWith: number;
  readonly firstOrderWithout: number;
  /** ⟨s_q, s_qH⟩ and ‖s_qH‖². */
  readonly product: number;
  readonly square: number;
}

interface Before {
  readonly groups: readonly number[];
  readonly trees: readonly Tree[];
  readonly temperature: number;
  readonly logprobs: readonly Float32Array[];
  /** The parameters, and s of every tree; null unless asked for. */
  readonly gradients: { readonly parameters: Float32Array; readonly scores: readonly Float32Array[] } | null;
}

export interface TransferOptions {
  readonly temperature: number;
  readonly signal?: AbortSignal;
  /** Also take gradients, two backward passes per revision. Default false. */
  readonly gradients?: boolean;
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
  { temperature, signal, gradients = false }: TransferOptions,
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
    gradients: gradients ? await gradientsBefore() : null,
  };

  async function gradientsBefore(): Promise<Before["gradients"]> {
    const sequences = joined.map(({ tree: { prompt, branches } }) => ({ prompt, ids: branches[0] }));
    const scores = await mapScores(policy, sequences, (score) => score, { temperature, signal });
    return { parameters: (await policy.snapshot()).parameters, scores };
  }
}

/** Scores them again after the update. */
export async function transferAfter(policy: TrainablePolicy, before: Before): Promise<Transfer> {
  const { trees, temperature } = before;
  const after = (await policy.score(trees, { temperature })).map(([{ logprobs }]) => logprobs);
  const gradients = before.gradients && (await gradientsAfter(policy, before.gradients));
  const total = (logprobs: Float32Array) => logprobs.reduce((sum, l) => sum + l, 0);
  const revisions = before.groups.map((group, i) => ({
    group,
    withHindsight: before.logprobs[2 * i],
    without: before.logprobs[2 * i + 1],
    changeWith: total(after[2 * i]) - total(before.logprobs[2 * i]),
    changeWithout: total(after[2 * i + 1]) - total(before.logprobs[2 * i + 1]),
    gradients: gradients && gradients[i],
  }));
  const sum = (of: (revision: RevisionTransfer) => number) => sumOf(revisions, of);
  const [changeWith, changeWithout] = [sum((r) => r.changeWith), sum((r) => r.changeWithout)];
  return {
    revisions,
    changeWith: changeWith / revisions.length,
    changeWithout: changeWithout / revisions.length,
    gap: sum((r) => total(r.withHindsight) - total(r.without)) / sum((r) => r.without.length),
    ratio: ratio(changeWithout, changeWith),
    firstOrder:
      gradients &&
      ratio(
        sumOf(gradients, (g) => g.firstOrderWithout),
        sumOf(gradients, (g) => g.firstOrderWith),
      ),
    isolated:
      gradients &&
      ratio(
        sumOf(gradients, (g) => g.product),
        sumOf(gradients, (g) => g.square),
      ),
  };
}

/** What the scores taken before say of the step that has been made since. */
async function gradientsAfter(
  policy: TrainablePolicy,
  { parameters, scores }: NonNullable<Before["gradients"]>,
): Promise<TransferGradients[]> {
  const step = difference((await policy.snapshot()).parameters, parameters);
  return Array.from({ length: scores.length / 2 }, (_, i) => {
    const [withHindsight, without] = [scores[2 * i], scores[2 * i + 1]];
    return {
      firstOrderWith: dot(withHindsight, step),
      firstOrderWithout: dot(without, step),
      product: dot(without, withHindsight),
      square: squaredNorm(withHindsight),
    };
  });
}

const ratio = (above: number, below: number): number | null =>
  Math.abs(below) < smallestChange ? null : above / below;

const sumOf = <T>(list: readonly T[], of: (item: T) => number): number =>
  list.reduce((sum, item) => sum + of(item), 0);
