/**
 * What the figures of the gradient lab are tested with: the third update of a small run on the embedded model, taken
 * apart. On the cpu backend it is the same on every machine, so that the recording can be made again at any time.
 */
import { meanChain } from "../src/analysis/bound";
import { diffusionOf, flowsOf } from "../src/analysis/flows";
import { CpuBackend } from "../src/compute/cpu";
import { shapedSlope, tokenTerm } from "../src/herl/objective";
import { trainStep, type StepState } from "../src/herl/trainer";
import type { TrainedRow } from "../src/herl/update";
import { exp } from "../src/kernels/math";
import { deriveKey, seedKey } from "../src/kernels/random/random";
import type { TrainablePolicy } from "../src/policy/policy";
import { methodOf } from "../src/runs/config";
import { openLearner } from "../src/runs/learner";
import { resolveConfig } from "../src/runs/presets";
import { openWorld } from "../src/runs/world";
import { pocketModel } from "./pocket";

const updates = 3;
const pushes = 8;

const config = resolveConfig({
  preset: "pocket",
  settings: [
    ["groups", "4"],
    ["rollouts", "5"],
    ["maxNewTokens", "40"],
  ],
});

/** Four significant digits: what a picture needs, in a small file. */
const short = (values: ArrayLike<number>): number[] =>
  Array.from(values, (value) => Number(value.toPrecision(4)));

const textsOf = (ids: readonly number[]): string[] => ids.map((id) => pocketModel.tokenizer.tokenText(id));

export async function recordUpdate() {
  const world = openWorld(config);
  const learner = openLearner(await CpuBackend.create(), pocketModel, config, world);
  const { policy } = learner;
  const bounds = [];
  for (let step = 0; ; step++) {
    const tasks = Array.from({ length: config.groups }, (_, g) =>
      world.trainingTask(step * config.groups + g),
    );
    const key = deriveKey(seedKey(config.seed), "step", step);
    let before = null;
    let state: StepState | null = null;
    for await (state of trainStep(learner, tasks, methodOf(config), key, { analyze: true }))
      if (state.phase === "gradient" && step === updates - 1) before = await lookBefore(policy, state);
    const chain = meanChain(state!.bound!)!;
    bounds.push({ step: step + 1, ...chainOf(chain) });
    if (before) return { bounds, ...(await takeApart(policy, state!, before)) };
  }
}

const chainOf = ({
  error,
  deviationBound,
  unmetBound,
  unmet,
}: NonNullable<ReturnType<typeof meanChain>>) => ({
  ...{ error, deviationBound, unmetBound, unmet },
});

/** The most open position of a rollout that is pushed off, with ln π of the whole vocabulary there. */
async function lookBefore(policy: TrainablePolicy, { update }: StepState) {
  const row = update!.rows.find(({ source, advantage }) => source === "rollout" && advantage < 0)!;
  const { entropies } = row.gradients;
  const t = entropies.indexOf(entropies.reduce((most, value) => Math.max(most, value), 0));
  const prefix = [...row.prompt, ...row.ids.slice(0, t)];
  return { row, t, prefix, logprobs: await policy.nextToken(prefix), snapshot: await policy.snapshot() };
}

async function takeApart(
  policy: TrainablePolicy,
  { groups, update, transfer, bound }: StepState,
  { row, t, prefix, logprobs, snapshot }: Awaited<ReturnType<typeof lookBefore>>,
) {
  const after = await policy.nextToken(prefix);
  const { parameters } = await policy.snapshot();
  /** ln π at that position so far along the real step; 0 is before it, 1 after it. */
  const along = (share: number) =>
    policy.preserve(async () => {
      const moved = snapshot.parameters.map((from, i) => from + share * (parameters[i] - from));
      policy.restore({ ...snapshot, parameters: moved });
      return policy.nextToken(prefix);
    });
  const [forward, backward] = [await along(0.1), await along(-0.1)];
  const revision = update!.rows.find(({ source }) => source === "revision")!;
  const measured = transfer!.revisions.find(({ group }) => group === revision.group)!;
  const { rows } = update!;
  const without = new Map(transfer!.revisions.map((own) => [own.group, own.without]));
  const { desired, diffused } = diffusionOf(rows, without);
  return {
    groups: groups.map(({ task }, g) => ({ label: task.prompt.split("\n")[0], ...chainOf(bound![g]!) })),
    flows: {
      rollouts: masses(rows, "rollout"),
      revisions: masses(rows, "revision"),
      diffusion: { desired, diffused },
    },
    transfer: transfer!.revisions.map(({ group, changeWith, changeWithout, gradients }) => ({
      label: `of instruction ${group + 1}`,
      ...{ changeWith, changeWithout },
      firstOrderWith: gradients!.firstOrderWith,
      firstOrderWithout: gradients!.firstOrderWithout,
    })),
    responses: {
      rollout: await responseOf(policy, row),
      revision: {
        ...(await responseOf(policy, revision)),
        gaps: short(measured.withHindsight.map((value, i) => value - measured.without[i])),
      },
    },
    position: {
      sampled: row.ids[t],
      coefficient: row.gradients.coefficients[t],
      texts: textsOf([...logprobs.keys()]),
      before: short(logprobs),
      measured: short(after.map((value, v) => value - logprobs[v])),
      firstOrder: short(forward.map((value, v) => (value - backward[v]) / 0.2)),
    },
    pushed: { steps: pushes, change: short(await pushDown(policy, snapshot, prefix, row.ids[t])) },
  };
}

function masses(rows: readonly TrainedRow[], source: "rollout" | "revision") {
  const { positiveSampled, negativeUnsampled } = flowsOf(rows, source);
  return { positive: positiveSampled, negative: negativeUnsampled };
}

/** A row's tokens as a second pass over the batch would see them: with ratios that the update has moved. */
async function responseOf(policy: TrainablePolicy, row: TrainedRow) {
  const { prompt, ids, weighting, advantage, tokenWeight, oldLogprobs } = row;
  const [[{ logprobs, entropies }]] = await policy.score([{ prompt, branches: [ids] }]);
  const terms = Array.from(logprobs, (logprob, t) =>
    tokenTerm(weighting, advantage, logprob, oldLogprobs[t]),
  );
  return {
    tokens: textsOf(ids),
    advantage,
    coefficients: short(terms.map(({ slope }) => tokenWeight * slope)),
    ratios: short(terms.map(({ ratio }) => ratio)),
    clipped: terms.map(({ clipped }) => clipped),
    weights: short(
      terms.map(({ ratio, clipped }) => {
        if (weighting.kind === "shaped") return weighting.scale * shapedSlope(ratio, weighting.gamma);
        return clipped ? 0 : ratio;
      }),
    ),
    entropies: short(entropies),
  };
}

/** Change of p of every token after some updates that only push one token down, on the weights of before. */
function pushDown(
  policy: TrainablePolicy,
  snapshot: Awaited<ReturnType<TrainablePolicy["snapshot"]>>,
  prefix: readonly number[],
  token: number,
): Promise<Float32Array> {
  return policy.preserve(async () => {
    policy.restore(snapshot);
    const before = await policy.nextToken(prefix);
    for (let k = 0; k < pushes; k++) {
      await policy.backward([{ prompt: prefix, branches: [[token]] }], () => [-1]);
      await policy.step(config.optimizer);
    }
    const after = await policy.nextToken(prefix);
    return after.map((value, v) => exp(value) - exp(before[v]));
  });
}
