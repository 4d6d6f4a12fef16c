import { boundChain } from "../../../analysis/bound";
import { bonuses, groupAdvantages } from "../../../herl/advantage";
import { resolveConfig } from "../../../runs/presets";
import type { GroupView, ItemView, ResponseView, StepView } from "../../../runs/protocol";
import type { RunConfig } from "../../../runs/config";
import type { NumberQuestion as WhyQuestion } from "../why";

/*
 * A small update by hand, and every kind of number in it as a question, with what its answer must come to.
 */

export const config = resolveConfig({ preset: "pocket-rare" });
export const with_ = <K extends keyof RunConfig>(
  key: K,
  values: Partial<RunConfig[K] & object>,
): RunConfig => ({
  ...config,
  [key]: { ...(config[key] as object), ...values },
});

const items: ItemView[] = [
  { text: "Answer in JSON.", weight: 1, polarity: "want", verifier: "json" },
  { text: "Use lowercase letters only.", weight: 2, polarity: "want", verifier: "lowercase" },
  { text: "Name the animal twice.", weight: 1, polarity: "want", verifier: null },
  { text: "commas", weight: 1, polarity: "avoid", verifier: "no_comma" },
];

export const response = (parts: Partial<ResponseView>): ResponseView => ({
  ...{ source: "rollout", index: 0, draft: null, chosen: false, text: "", finish: "stop", bonus: 0 },
  ...{ ids: [5, 6], logprobs: [-1, -0.5], entropies: [1.5, 0.5] },
  ...{ verdicts: null, reward: null, advantage: null, gradient: null },
  ...parts,
});

const verdicts = (text: string): ResponseView["verdicts"] =>
  [...text].map((mark) => ({ status: mark === "+" ? "satisfied" : mark === "-" ? "unmet" : "unknown" }));

export const gradient = (coefficients: number[], ratio = 1, weight = 1): ResponseView["gradient"] => ({
  coefficients,
  ratios: coefficients.map(() => ratio),
  clipped: coefficients.map(() => null),
  weights: coefficients.map(() => weight),
  unsampledMass: coefficients.map((_, t) => 1 - Math.exp([-1, -0.5][t])),
  effectiveCounts: coefficients.map((_, t) => [3, 8][t]),
});

/** Three rollouts and the revision of the third, rewards 0.5, 0 and 0.5 + 0.05 · (1 − 0.5), and 1. */
export function groupOf({ bonus, advantage }: RunConfig): GroupView {
  const rollouts = [0.5, 0, 0.5].map((reward, index) => response({ index, reward }));
  const [, , added] = bonuses(
    rollouts.map(({ reward }) => ({ reward })) as never,
    [{ draft: 2, reward: 1 }] as never,
    bonus,
  );
  const before = bonus.when === "before" ? added : 0;
  const rows = [
    ...rollouts.map(({ reward }, i) => ({
      source: "rollout" as const,
      reward: reward! + (i === 2 ? before : 0),
    })),
    { source: "revision" as const, reward: 1 },
  ];
  const advantages = groupAdvantages(rows, advantage);
  const weight = 1 / (1 * 4 * 2);
  const all = [...rollouts, response({ source: "revision", draft: 2, reward: 1, chosen: true, ids: [5, 7] })];
  return {
    task: { id: "t", prompt: "Write." },
    items,
    responses: all.map((r, i) => {
      const a = advantages[i] + (i === 2 ? added - before : 0);
      const shaped = r.source === "revision" ? 0.25 : 1;
      const c = weight * shaped * a;
      return {
        ...r,
        bonus: i === 2 ? added : 0,
        advantage: a,
        gradient: gradient([c, c], 1, shaped),
      };
    }),
    mean: rows.reduce((sum, { reward }) => sum + reward, 0) / 4,
    droppedPrompts: 0,
  };
}

const transfer = {
  revisions: [
    {
      group: 0,
      withHindsight: Float32Array.of(-0.5, -0.25),
      without: Float32Array.of(-1, -2),
      ...{ changeWith: 0.5, changeWithout: 0.125 },
      gradients: { firstOrderWith: 0.4, firstOrderWithout: 0.1, product: 6, square: 8 },
    },
  ],
  ...{ gap: 1.125, changeWith: 0.5, changeWithout: 0.125, ratio: 0.25, firstOrder: 0.25, isolated: 0.75 },
};

const flow = (sampled: number, pushed: number) => ({
  positiveSampled: sampled,
  positiveUnsampled: -sampled,
  negativeSampled: -pushed,
  negativeUnsampled: pushed,
  diffusedOver: null as number | null,
});

function stepOf(group: GroupView): StepView {
  // Of the pushed-off rollouts only the second one's: −c (1 − p) at tokens of mass 1 − 1/e and 1 − 1/√e.
  const pushed = group.responses.filter(({ advantage }) => advantage! < 0);
  let [mass, spread] = [0, 0];
  for (const { gradient } of pushed)
    gradient!.coefficients.forEach((c, t) => {
      mass -= c * gradient!.unsampledMass[t];
      spread -= c * gradient!.unsampledMass[t] * gradient!.effectiveCounts[t];
    });
  const all = { ...flow(0.3, mass), diffusedOver: spread / mass };
  return {
    ...{ step: 7, phase: "update", groups: [group], transfer, bound: null },
    flows: { all, rollouts: flow(0.1, mass), revisions: flow(0.2, 0) },
    ...landing(group),
  };
}

/** Two tokens of each pushed-off rollout, the second of them covered: there a quarter of the mass lands well. */
function landing(group: GroupView): Pick<StepView, "desiredShare" | "diffusion"> {
  const positions = 2 * group.responses.filter(({ advantage }) => advantage! < 0).length;
  return {
    desiredShare: { share: 0.25, coverage: 0.5 },
    diffusion: { desired: 0.01, diffused: 0.04, covered: positions / 2, positions },
  };
}

export const group = groupOf(config);
export const [first, , third, revision] = group.responses;
export const view = stepOf(group);
export const metric = (name: string, value: number, step = 7): WhyQuestion => ({
  about: "metric",
  values: { metric: name, label: name, meaning: "What it is", step, value, view },
});

const fitted = { of: "first order", predicted: [1, 2, 3], measured: [1, 3, 2] };
const place = { before: [0.5, 0.25, 0.25].map(Math.log), name: "cow" };
const chain = {
  of: "a group",
  chain: boundChain(
    [
      [1, 0],
      [0, 2],
    ],
    [0.5, 0],
  )!,
};
const met = [0.25, 0.5, 0.25].map((plain, met) => ({ met, plain }));

/** One question of every kind, and the number that stands on screen. */
export const questions: [WhyQuestion, shown: number | null][] = [
  [
    {
      about: "reward",
      values: { response: response({ reward: 0.5, verdicts: verdicts("+-+") }), items: items.slice(0, 3) },
    },
    0.5,
  ],
  [
    { about: "reward", values: { response: response({ reward: 0.5, verdicts: verdicts("-++-") }), items } },
    0.5,
  ],
  [{ about: "reward", values: { response: response({ reward: 0, verdicts: verdicts("---+") }), items } }, 0],
  [
    {
      about: "reward",
      values: { response: response({ reward: 0, verdicts: verdicts("-") }), items: items.slice(3) },
    },
    0,
  ],
  [{ about: "bonus", values: { response: third, group, config } }, 0.025],
  [{ about: "mean", values: { group, config } }, 0.50625],
  [{ about: "advantage", values: { response: first, group, config } }, first.advantage],
  [{ about: "advantage", values: { response: revision, group, config } }, revision.advantage],
  [{ about: "probability", values: { logprob: Math.log(0.25), name: "fox" } }, 0.25],
  [{ about: "ratio", values: { response: first, token: 1 } }, 1],
  [{ about: "weight", values: { response: revision, token: 0, config } }, 0.25],
  [{ about: "weight", values: { response: first, token: 0, config } }, 1],
  [
    { about: "coefficient", values: { response: first, token: 0, group: 0, step: view, config } },
    first.gradient!.coefficients[0],
  ],
  [
    { about: "coefficient", values: { response: revision, token: 1, group: 0, step: view, config } },
    revision.gradient!.coefficients[1],
  ],
  [{ about: "logit", values: { response: first, token: 0, c: -0.5, p: 0.2 } }, -0.4],
  [{ about: "flows", values: { view } }, null],
  [{ about: "desiredShare", values: { view } }, view.desiredShare!.share],
  [{ about: "coverage", values: { view } }, 0.5],
  [{ about: "effectiveCount", values: { view } }, view.flows!.all.diffusedOver],
  [{ about: "gap", values: { transfer } }, 1.125],
  [{ about: "changeWith", values: { transfer } }, 0.5],
  [{ about: "changeWithout", values: { transfer } }, 0.125],
  [{ about: "transferRatio", values: { transfer } }, 0.25],
  [{ about: "transferFirstOrder", values: { transfer } }, 0.25],
  [{ about: "transferIsolated", values: { transfer } }, 0.75],
  [{ about: "tokenGap", values: { withHindsight: -0.5, without: -2, name: "fox" } }, 1.5],
  // p = ½ and the other half on two tokens alike: ½ ln 2 + 2 · ¼ ln 4 = 1.5 ln 2.
  [
    {
      about: "entropy",
      values: {
        response: response({
          logprobs: [Math.log(0.5)],
          entropies: [1.5 * Math.LN2],
          gradient: { ...gradient([1])!, unsampledMass: [0.5], effectiveCounts: [2] },
        }),
        token: 0,
      },
    },
    1.5 * Math.LN2,
  ],
  [{ about: "entropy", values: { response: response({}), token: 1 } }, 0.5],
  // x = 1, 2, 3 and y = 1, 3, 2: deviations −1, 0, 1 and −1, 1, 0; Σ xy = 1 + 6 + 6 over Σ x² = 14.
  [{ about: "correlation", values: fitted }, 0.5],
  [{ about: "slope", values: fitted }, 13 / 14],
  [{ about: "stepRate", values: { rate: 0.0005, fraction: 0.1 } }, 0.00005],
  [
    { about: "probabilityChange", values: { ...place, after: [0.25, 0.5, 0.25].map(Math.log), token: 1 } },
    0.25,
  ],
  // −(−1) · 2 · ¼ · (¼ + ½ · ½ − (1/16 + 1/16)) = 3/16.
  [{ about: "massFlow", values: { ...place, token: 1, sampled: 0, advantage: -1, scale: 2 } }, 3 / 16],
  [{ about: "cosine", values: { product: -3, recordedNorm: 2, changedNorm: 3, value: -0.5 } }, -0.5],
  [{ about: "norm", values: { which: "changed", value: 1.5 } }, 1.5],
  [{ about: "coefficientSum", values: { response: response({ gradient: gradient([0.5, -0.25]) }) } }, 0.75],
  [{ about: "givenAdvantage", values: { response: response({ advantage: -2 }) } }, -2],
  // s = (1, 0), (0, 2) and X = ½, 0, as in the test of the chain itself: left √5/8, middle √2.5/4, right √2.5 √⅛.
  [{ about: "boundLeft", values: chain }, Math.sqrt(5) / 8],
  [{ about: "boundMiddle", values: chain }, Math.sqrt(2.5) / 4],
  [{ about: "boundRight", values: chain }, Math.sqrt(2.5 / 8)],
  [{ about: "unmetWeight", values: { ...chain, isExact: true } }, 0.25],
  [{ about: "success", values: { p: 0.5, n: 3 } }, 0.875],
  [{ about: "failing", values: { byMet: met } }, 0.75],
  [{ about: "positionLogit", values: { name: "fox", advantage: -2, p: 0.25 } }, -1.5],
  [{ about: "otherLogits", values: { advantage: -2, p: 0.25 } }, 1.5],
  // Half the mass, on two tokens of ¼: as many as two.
  [{ about: "spreadOver", values: { mass: 0.5, logs: 0.5 * Math.log(0.25), value: 2 } }, 2],
  [{ about: "losers", values: { others: 511, losing: 31 } }, 31],
  [{ about: "shapedWeight", values: { ratio: 1, gamma: 3 } }, 3 / 16],
  [{ about: "meanWeight", values: { weights: [0.25, 0.75] } }, 0.5],
  [
    {
      about: "optimum",
      values: {
        byReward: [
          [1, 0.5],
          [0.5, 0.25],
          [0, 0.25],
        ],
        value: 0.625,
      },
    },
    0.625,
  ],
  [
    {
      about: "methodSpread",
      values: { finals: [0.5, 0.75, 0.625].map((reward, i) => ({ name: `${i}`, reward })) },
    },
    0.25,
  ],
  [{ about: "timesAsOften", values: { revisionPasses: 0.5, passes: 0.125, base: "weak" } }, 4],
  [{ about: "toyTransfer", values: { product: 3, square: 4 } }, 0.75],
  [metric("reward", 1 / 3), 1 / 3],
  [metric("all_met", 0), 0],
  [metric("entropy", 1), 1],
  [metric("hindsight/gain", 0.5), 0.5],
  [metric("completions/mean_length", 2), 2],
];
