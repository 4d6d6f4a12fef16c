import type { BranchGradients, BranchScores, StepResult, TrainablePolicy, Tree } from "../policy/policy";
import { scoringTemperature, type MethodConfig } from "./config";
import { advantageAt, isFlat, type Group, type Row, type Sample } from "./group";
import {
  aggregationWeights,
  klTerm,
  revisionWeighting,
  rolloutWeighting,
  tokenTerm,
  type TokenTerm,
  type TokenWeighting,
} from "./objective";
import {
  preferenceStatistics,
  preferenceWeighting,
  responseScore,
  type PairScore,
  type PreferenceStatistics,
  type ResponseScore,
} from "./preference";

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
  /** ln π of the reference; null without a KL term or a preference. */
  readonly referenceLogprobs: Float32Array | null;
  /** At the first pass over the batch. */
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
  /** Of the first pass over the batch; null unless the loss is a preference. */
  readonly preference: PreferenceStatistics | null;
  /** One result per update of the batch; empty in the phase `gradient`. */
  readonly steps: readonly StepResult[];
  /** Tokens under the clipped ratio in all passes so far, and how many of them were cut off below and above. */
  readonly clipping: { readonly tokens: number; readonly low: number; readonly high: number };
}

/**
 * Equations (9), (11) and (12), or the objective that stands in their place, with the optimiser. Yields once with the first gradient, before anything has
 * changed, and once after all updates of the batch. `signal` is heard until the first of them: a batch that is half
 * applied would be a policy that no run passes through.
 */
export async function* updatePolicy(
  policy: TrainablePolicy,
  groups: readonly Group[],
  config: MethodConfig,
  signal?: AbortSignal,
): AsyncGenerator<Update, void> {
  const { klCoef, loss } = config.objective;
  const { beta } = config.preference;
  const plan = planRows(groups, config);
  const trees = plan.map(({ prompt, branches }): Tree => ({
    prompt,
    branches: branches.map(({ ids }) => ids),
  }));
  const temperature = scoringTemperature(config);
  const isPreference = loss === "preference";
  const reference =
    klCoef > 0 || isPreference
      ? await policy.score(trees, { weights: "reference", temperature, signal })
      : null;

  policy.clearGradients(); // an update that was aborted may have left some
  const old: (Float32Array | undefined)[][] = plan.map(() => []);
  const terms: TokenTerm[][][] = plan.map(() => []);
  const steps: StepResult[] = [];
  const clipping = { tokens: 0, low: 0, high: 0 };
  const heard = (pass: number) => (pass === 0 ? signal : undefined);
  let first: Update | null = null;
  for (let pass = 0; pass < config.updates; pass++) {
    // A pair's margin takes both of its responses, and `backward` shows one at a time.
    const pairs = isPreference
      ? pairScores(plan, await policy.score(trees, { temperature, signal: heard(pass) }), reference!)
      : null;
    const weightingOf = ({ group, weighting }: PlannedBranch) =>
      pairs ? preferenceWeighting(pairs.get(group)!, beta) : weighting;
    const gradients = await policy.backward(
      trees,
      (tree, branch, { logprobs }) => {
        const planned = plan[tree].branches[branch];
        const { row, tokenWeight } = planned;
        const weighting = weightingOf(planned);
        const oldLogprobs = (old[tree][branch] ??= logprobs);
        terms[tree][branch] = Array.from(logprobs, (logprob, t) =>
          tokenTerm(weighting, advantageAt(row, t), logprob, oldLogprobs[t]),
        );
        const kl = reference?.[tree][branch].logprobs;
        return terms[tree][branch].map(
          ({ slope }, t) => tokenWeight * (slope - (kl ? klCoef * klTerm(logprobs[t], kl[t]).slope : 0)),
        );
      },
      { temperature, signal: heard(pass) },
    );
    countClipped(clipping, plan, terms);
    if (first === null) {
      const rows = plan.flatMap(({ prompt, branches }, tree) =>
        branches.map((planned, branch) => ({
          ...{ ...planned.row, group: planned.group, prompt, ids: planned.ids },
          ...{ tokenWeight: planned.tokenWeight, weighting: weightingOf(planned) },
          oldLogprobs: old[tree][branch]!,
          referenceLogprobs: reference?.[tree][branch].logprobs ?? null,
          gradients: gradients[tree][branch],
          terms: terms[tree][branch],
        })),
      );
      first = {
        ...{ rows, objective: objectiveOf(rows), kl: klCoef > 0 ? klOf(rows) : null },
        preference: pairs && preferenceStatistics([...pairs.values()], beta),
        ...{ steps: [], clipping: { ...clipping } },
      };
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
  /** Among the rows of its group; of a pair the chosen one is the first. */
  readonly place: number;
  readonly ids: readonly number[];
  readonly tokenWeight: number;
  readonly weighting: TokenWeighting;
}

/**
 * The rows as trees: a group's rollouts share its prompt. A revision stands after its own context (q, H), which the
 * loss does not touch; with the context dropped it is one more branch of the prompt. A rollout that was sampled after
 * something else than the prompt may be trained after that.
 */
function planRows(
  groups: readonly Group[],
  config: MethodConfig,
): { prompt: readonly number[]; branches: PlannedBranch[] }[] {
  const { objective, maxNewTokens } = config;
  const samples = groups.flatMap((group, g) =>
    group.rows.map((row, place) => ({ row, place, group: g, ids: sampleOf(group, row).rollout.ids })),
  );
  const lengths = samples.map(({ group, ids }) => ({ group, tokens: ids.length }));
  const weights =
    objective.loss === "preference"
      ? lengths.map(() => 2 / lengths.length) // the mean over pairs
      : aggregationWeights(lengths, objective.aggregation, maxNewTokens);
  const branches = samples.map((sample, i): PlannedBranch => ({
    ...sample,
    tokenWeight: weights[i],
    weighting: weightingOfRow(sample.row, config),
  }));
  return groups.flatMap((group, g) => {
    // A group without advantages has no gradient, unless the KL term pulls at it: it need not be computed.
    if (objective.klCoef === 0 && group.rows.every(isFlat)) return [];
    const own = branches.filter((branch) => branch.group === g);
    const contextOf = ({ row }: PlannedBranch) => ownContext(group, row, config);
    const together = own.filter((branch) => !contextOf(branch));
    return [
      ...(together.length > 0 ? [{ prompt: group.prompt, branches: together }] : []),
      ...own.flatMap((branch) => {
        const prompt = contextOf(branch);
        return prompt ? [{ prompt, branches: [branch] }] : [];
      }),
    ];
  });
}

const sampleOf = (group: Group, { source, index }: Row): Sample =>
  source === "rollout" ? group.rollouts[index] : group.revisions[index];

/** What a row is trained after, where that is not the group's prompt. */
function ownContext(
  group: Group,
  row: Row,
  { hindsight, scaffold }: MethodConfig,
): readonly number[] | undefined {
  const { context, origin } = sampleOf(group, row);
  if (row.source === "revision") return hindsight.context === "kept" ? context : undefined;
  // What was written for a context belongs to it.
  return origin !== undefined || scaffold.trained === "scaffolded" ? context : undefined;
}

function weightingOfRow({ source }: Row, { hindsight, objective }: MethodConfig): TokenWeighting {
  if (objective.loss === "crossEntropy") return { kind: "likelihood" };
  return source === "rollout" ? rolloutWeighting(objective) : revisionWeighting(hindsight, objective);
}

/** The scores of every group's pair, by group. */
function pairScores(
  plan: ReturnType<typeof planRows>,
  current: readonly (readonly BranchScores[])[],
  reference: readonly (readonly BranchScores[])[],
): Map<number, PairScore> {
  const responses = new Map<number, ResponseScore[]>();
  plan.forEach(({ branches }, tree) =>
    branches.forEach(({ group, place }, branch) => {
      const own = responses.get(group) ?? [];
      own[place] = responseScore(current[tree][branch], reference[tree][branch]);
      responses.set(group, own);
    }),
  );
  return new Map([...responses].map(([group, [chosen, rejected]]) => [group, { chosen, rejected }]));
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
