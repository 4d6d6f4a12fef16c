import type { BranchGradients, StepResult, TrainablePolicy, Tree } from "../policy/policy";
import { scoringTemperature, type MethodConfig } from "./config";
import type { Group, Row } from "./group";
import {
  aggregationWeights,
  klTerm,
  revisionWeighting,
  rolloutWeighting,
  tokenTerm,
  type TokenTerm,
  type TokenWeighting,
} from "./objective";

/**
 * One row as it was trained: where it came from, and what each of its tokens received. Groups in which nothing has a
 * gradient are left out.
 */
export interface TrainedRow extends Row {
  readonly group: number;
  /** The tokens it was trained after: q, or (q, H) for a revision whose context is kept. */
  readonly prompt: readonly number[];
  readonly ids: readonly number[];
  /** ln π_old, taken by the training path before the first update of the batch. */
  readonly oldLogprobs: Float32Array;
  /** ln π of the reference; null without a KL term. */
  readonly referenceLogprobs: Float32Array | null;
  readonly weighting: TokenWeighting;
  /** Weight of each of its tokens in the objective. */
  readonly tokenWeight: number;
  readonly gradients: BranchGradients;
  readonly terms: readonly TokenTerm[];
}

/** What one update did. */
export interface Update {
  readonly rows: readonly TrainedRow[];
  /** J without the KL term, at the first pass over the batch. */
  readonly objective: number;
  /** Mean over tokens of the k3 estimate; null without a KL term. */
  readonly kl: number | null;
  /** One result per update of the batch; empty in the phase `gradient`. */
  readonly steps: readonly StepResult[];
  /** Tokens under the clipped ratio in all passes so far, and how many of them were cut off below and above. */
  readonly clipping: { readonly tokens: number; readonly low: number; readonly high: number };
}

/**
 * Equations (9), (11) and (12) with the optimiser. Yields once with the first gradient, before anything has
 * changed, and once after all updates of the batch. `signal` is heard until the first of them: a batch that is half
 * applied would be a policy that no run passes through.
 */
export async function* updatePolicy(
  policy: TrainablePolicy,
  groups: readonly Group[],
  config: MethodConfig,
  signal?: AbortSignal,
): AsyncGenerator<Update, void> {
  const plan = planRows(groups, config);
  const trees = plan.map(({ prompt, branches }): Tree => ({
    prompt,
    branches: branches.map(({ ids }) => ids),
  }));
  const { klCoef } = config.objective;
  const temperature = scoringTemperature(config);
  const reference =
    klCoef > 0 ? await policy.score(trees, { weights: "reference", temperature, signal }) : null;

  policy.clearGradients(); // an update that was aborted may have left some
  const old: (Float32Array | undefined)[][] = plan.map(() => []);
  const terms: TokenTerm[][][] = plan.map(() => []);
  const steps: StepResult[] = [];
  const clipping = { tokens: 0, low: 0, high: 0 };
  let first: Update | null = null;
  for (let pass = 0; pass < config.updates; pass++) {
    const gradients = await policy.backward(
      trees,
      (tree, branch, { logprobs }) => {
        const { row, tokenWeight, weighting } = plan[tree].branches[branch];
        const oldLogprobs = (old[tree][branch] ??= logprobs);
        terms[tree][branch] = Array.from(logprobs, (logprob, t) =>
          tokenTerm(weighting, row.advantage, logprob, oldLogprobs[t]),
        );
        const kl = reference?.[tree][branch].logprobs;
        return terms[tree][branch].map(
          ({ slope }, t) => tokenWeight * (slope - (kl ? klCoef * klTerm(logprobs[t], kl[t]).slope : 0)),
        );
      },
      { temperature, signal: pass === 0 ? signal : undefined },
    );
    countClipped(clipping, plan, terms);
    if (first === null) {
      const rows = plan.flatMap(({ prompt, branches }, tree) =>
        branches.map(({ row, group, ids, tokenWeight, weighting }, branch) => ({
          ...{ ...row, group, prompt, ids, tokenWeight, weighting },
          oldLogprobs: old[tree][branch]!,
          referenceLogprobs: reference?.[tree][branch].logprobs ?? null,
          gradients: gradients[tree][branch],
          terms: terms[tree][branch],
        })),
      );
      first = { rows, objective: objectiveOf(rows), kl: klOf(rows), steps: [], clipping: { ...clipping } };
      yield first;
      signal?.throwIfAborted();
    }
    steps.push(await policy.step(config.optimizer));
  }
  yield { ...first!, steps, clipping };
}

interface PlannedBranch {
  readonly row: Row;
  readonly group: number;
  readonly ids: readonly number[];
  readonly tokenWeight: number;
  readonly weighting: TokenWeighting;
}

/**
 * The rows as trees: a group's rollouts share its prompt. A revision stands after its own context (q, H), which the
 * loss does not touch; with the context dropped it is one more branch of the prompt.
 */
function planRows(
  groups: readonly Group[],
  config: MethodConfig,
): { prompt: readonly number[]; branches: PlannedBranch[] }[] {
  const { hindsight, objective, maxNewTokens } = config;
  const samples = groups.flatMap((group, g) =>
    group.rows.map((row) => {
      const sample = row.source === "rollout" ? group.rollouts[row.index] : group.revisions[row.index];
      return { row, group: g, ids: sample.rollout.ids };
    }),
  );
  const lengths = samples.map(({ group, ids }) => ({ group, tokens: ids.length }));
  const weights = aggregationWeights(lengths, objective.aggregation, maxNewTokens);
  const branches = samples.map((sample, i): PlannedBranch => {
    const weighting =
      sample.row.source === "rollout" ? rolloutWeighting(objective) : revisionWeighting(hindsight, objective);
    return { ...sample, tokenWeight: weights[i], weighting };
  });
  return groups.flatMap((group, g) => {
    // A group without advantages has no gradient, unless the KL term pulls at it: it need not be computed.
    if (objective.klCoef === 0 && group.rows.every(({ advantage }) => advantage === 0)) return [];
    const own = branches.filter((branch) => branch.group === g);
    const apart = ({ row }: PlannedBranch) => row.source === "revision" && hindsight.context === "kept";
    const together = own.filter((branch) => !apart(branch));
    return [
      ...(together.length > 0 ? [{ prompt: group.prompt, branches: together }] : []),
      ...own
        .filter(apart)
        .map((branch) => ({ prompt: group.revisions[branch.row.index].context, branches: [branch] })),
    ];
  });
}

function countClipped(
  count: { tokens: number; low: number; high: number },
  plan: ReturnType<typeof planRows>,
  terms: readonly (readonly (readonly TokenTerm[])[])[],
): void {
  plan.forEach(({ branches }, tree) =>
    branches.forEach(({ weighting }, branch) => {
      if (weighting.kind !== "clipped") return;
      for (const { clipped } of terms[tree][branch]) {
        count.tokens++;
        if (clipped) count[clipped]++;
      }
    }),
  );
}

const objectiveOf = (rows: readonly TrainedRow[]): number =>
  rows.reduce(
    (sum, { tokenWeight, terms }) => sum + tokenWeight * terms.reduce((s, { value }) => s + value, 0),
    0,
  );

function klOf(rows: readonly TrainedRow[]): number | null {
  let [sum, tokens] = [0, 0];
  for (const { referenceLogprobs, gradients } of rows) {
    if (!referenceLogprobs) return null;
    gradients.logprobs.forEach((logprob, t) => (sum += klTerm(logprob, referenceLogprobs[t]).value));
    tokens += gradients.logprobs.length;
  }
  return tokens === 0 ? null : sum / tokens;
}
