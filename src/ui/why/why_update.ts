import { hasPassed } from "../../herl/group";
import type { FlowsView, StepView } from "../../runs/protocol";
import { explanation, operand, precise, responseName, total, type Explanation } from "./explanation";
import { gradientNorm, logitSums, sampling } from "./kernels";
import { gap, transferRatio } from "./why_transfer";

/** The four flows of an update, by source. */
export function flows({ view }: { readonly view: StepView }): Explanation {
  const { rollouts, revisions, all } = view.flows!;
  const line = (key: Exclude<keyof FlowsView, "diffusedOver">): string =>
    `${precise(rollouts[key])} + ${operand(revisions[key])} = ${precise(all[key])}`;
  const keys = ["positiveSampled", "positiveUnsampled", "negativeSampled", "negativeUnsampled"] as const;
  return explanation({
    title: `The four flows of update ${view.step}`,
    equation: "(2)",
    formula: "sampled: Σ c (1 − p); unsampled: Σ −c (1 − p); over tokens with c > 0, and with c < 0",
    filled: keys.map(line),
    table: {
      columns: ["flow", "rollouts", "revisions", "sum"],
      rows: keys.map((key, i) => [flowNames[i], rollouts[key], revisions[key], all[key]]),
    },
    note: "Lines in the order of the bars: what rollouts give, and what revisions give.",
    source: ["src/analysis/flows.ts", "flowsOf"],
    kernel: logitSums,
  });
}

const flowNames = ["A > 0 → sampled", "A > 0 → unsampled", "A < 0 → sampled", "A < 0 → unsampled"] as const;

/** The part of the diffused mass that lands where a better response goes. */
export function desiredShare({ view }: { readonly view: StepView }): Explanation {
  const { desired, diffused } = view.diffusion!;
  return explanation({
    title: `Desired share of update ${view.step}`,
    formula: "Σ |c| p(next tokens of better responses) / Σ |c| (1 − p), over covered positions with c < 0",
    filled: [`${precise(desired)} / ${precise(diffused)} = ${precise(view.desiredShare!.share!)}`],
    note: "A position of a failed response is covered where a response of its group with a higher reward has the same prefix and another next token.",
    source: ["src/analysis/flows.ts", "desiredShare"],
  });
}

/** How many of the pushed-off positions the desired share speaks of. */
export function coverage({ view }: { readonly view: StepView }): Explanation {
  const { covered, positions } = view.diffusion!;
  return explanation({
    title: `Covered positions of update ${view.step}`,
    formula: "covered positions / positions of failed responses with c < 0",
    filled: [`${covered} / ${positions} = ${precise(view.desiredShare!.coverage)}`],
    note: "Two responses soon part, and after that nothing can be said: late positions have no common prefix.",
    source: ["src/analysis/flows.ts", "diffusionOf"],
  });
}

/** Over how many tokens the diffused mass is spread. */
export function effectiveCount({ view }: { readonly view: StepView }): Explanation {
  let [mass, spread] = [0, 0];
  for (const { gradient } of view.groups.flatMap(({ responses }) => responses))
    gradient?.coefficients.forEach((c, t) => {
      if (c >= 0) return;
      mass -= c * gradient.unsampledMass[t];
      spread -= c * gradient.unsampledMass[t] * gradient.effectiveCounts[t];
    });
  return explanation({
    title: "Tokens that the diffused mass is spread over",
    formula:
      "Σ |c| (1 − p) n / Σ |c| (1 − p) over c < 0, n = exp of the entropy of p without its sampled token",
    filled: [`${precise(spread)} / ${precise(mass)} = ${precise(view.flows!.all.diffusedOver!)}`],
    source: ["src/analysis/flows.ts", "effectiveCount"],
    kernel: logitSums,
  });
}

export interface MetricValues {
  readonly metric: string;
  readonly label: string;
  readonly meaning: string;
  /** The update whose point is read, and its recorded value. */
  readonly step: number;
  readonly value: number;
  /** The last update with its responses; the metric's values are filled in where it is the one that is read. */
  readonly view: StepView | null;
}

/** A number over a curve. */
export function metric(values: MetricValues): Explanation {
  const { label, meaning, step, value, view } = values;
  const own = view?.step === step ? (fromView(values, view) ?? null) : null;
  if (own) return explanation({ ...own, title: `${own.title}, update ${step}` });
  const [formula, source, file = metricsFile] = metricFormulas[values.metric] ?? ["", "stepMetrics"];
  return explanation({
    title: `${label}, update ${step}`,
    formula: formula || meaning,
    filled: [`recorded: ${precise(value)}`],
    note:
      view?.step === step ? meaning : `${meaning}. The responses of update ${step} are no longer on screen.`,
    source: [file, source],
    kernel: kernels[values.metric] ?? [],
  });
}

const metricsFile = "src/runs/metrics.ts";

/** By metric: its formula where it is no quotient of what is on screen, and what computes it. */
export const metricFormulas: Readonly<
  Record<string, readonly [formula: string, source: string, file?: string]>
> = {
  reward: ["Σ R / responses, over the rollouts", "rewardMetrics"],
  all_met: ["rollouts with R = 1 / rollouts", "rewardMetrics"],
  entropy: ["Σ H / tokens, H = −Σ p_v ln p_v, over the rollouts' tokens", "stepMetrics"],
  "sampling/discarded_groups": [
    "groups whose rewards span less than 1e−6, left out of the batch",
    "samplingMetrics",
  ],
  "hindsight/gain": ["Σ (r̃ − r) / revisions", "hindsightMetrics"],
  "completions/mean_length": ["Σ tokens / rollouts", "completionMetrics"],
  "gradient/positive_sampled": ["Σ c (1 − p) over tokens with c > 0", "flowMetrics"],
  "gradient/negative_unsampled": ["−Σ c (1 − p) over tokens with c < 0", "flowMetrics"],
  "gradient/diffused_over": [
    "mean of exp H(p without the sampled token), weighted by |c| (1 − p)",
    "flowMetrics",
  ],
  grad_norm: ["‖∇θ J‖, before it is clipped; mean over the passes of the update", "stepMetrics"],
  perplexity: [
    "exp of the mean −ln p of the texts' tokens after their instructions",
    "plainRow",
    "src/runs/evaluate_run.ts",
  ],
  kl: ["mean of e^d − d − 1, d = ln π_ref − ln π", "stepMetrics"],
};

const kernels: Readonly<Record<string, Explanation["kernel"]>> = {
  entropy: sampling,
  grad_norm: gradientNorm,
};

function fromView({ metric, label }: MetricValues, view: StepView): Explanation | undefined {
  const { transfer } = view;
  if (metric === "hindsight/gap") return transfer ? gap({ transfer }) : undefined;
  if (metric === "hindsight/transfer")
    return transfer && transfer.ratio !== null ? transferRatio({ transfer }) : undefined;
  if (metric === "gradient/desired_share")
    return typeof view.desiredShare?.share === "number" ? desiredShare({ view }) : undefined;
  const quotient = quotients[metric]?.(view);
  if (!quotient || quotient.below === 0) return undefined;
  const { above, below } = quotient;
  const [formula, source] = metricFormulas[metric];
  return explanation({
    title: label,
    formula,
    filled: [`${precise(above)} / ${below} = ${precise(above / below)}`],
    table: quotient.table ?? null,
    source: [metricsFile, source],
    kernel: kernels[metric] ?? [],
  });
}

interface Quotient {
  readonly above: number;
  readonly below: number;
  readonly table?: Explanation["table"];
}

const rolloutsOf = ({ groups }: StepView) =>
  groups.flatMap(({ responses }) => responses.filter(({ source }) => source === "rollout"));

const sampledOf = (view: StepView) => rolloutsOf(view).filter(({ origin }) => origin === undefined);

const rewardsOf = (view: StepView): number[] =>
  sampledOf(view).flatMap(({ reward }) => (reward === null ? [] : [reward]));

/** Metrics that are a mean over what the view shows. */
const quotients: Readonly<Record<string, (view: StepView) => Quotient>> = {
  reward: (view) => ({ above: total(rewardsOf(view)), below: rewardsOf(view).length }),
  all_met: (view) => ({
    above: sampledOf(view).filter(hasPassed).length,
    below: rewardsOf(view).length,
  }),
  entropy(view) {
    const entropies = rolloutsOf(view).flatMap((response) => response.entropies);
    return { above: total(entropies), below: entropies.length };
  },
  "completions/mean_length": (view) => ({
    above: total(sampledOf(view).map(({ ids }) => ids.length)),
    below: sampledOf(view).length,
  }),
  "hindsight/gain"(view) {
    const rows = view.groups.flatMap(({ responses }, group) =>
      responses.flatMap((revision) => {
        const draft = responses.find(({ source, index }) => source === "rollout" && index === revision.draft);
        if (revision.source !== "revision" || revision.reward === null || !draft || draft.reward === null)
          return [];
        const name = `instruction ${group + 1}, ${responseName(revision)}`;
        return [[name, revision.reward, draft.reward, revision.reward - draft.reward] as const];
      }),
    );
    return {
      above: total(rows.map(([, , , gain]) => gain)),
      below: rows.length,
      table: { columns: ["revision", "r̃", "r", "r̃ − r"], rows },
    };
  },
};
