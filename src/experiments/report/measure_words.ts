import { decimal, signed, significant, signedSignificant } from "../../figures/format";

/** A measure of units, in words. */
export interface MeasureWords {
  /** "reward on unseen instructions". */
  readonly label: string;
  /** Measures with the same scale can stand on one axis. */
  readonly scale: string;
  readonly format: (value: number) => string;
  readonly formatDifference: (value: number) => string;
}

const splits: Readonly<Record<string, string>> = {
  heldout: "unseen instructions",
  close: "new words and combinations",
  ood: "families that are never trained",
  plain: "plain text",
};

const fields: Readonly<Record<string, string>> = {
  reward: "reward",
  all_met: "share of responses that satisfy everything",
  perplexity: "perplexity",
  nats: "nats a token",
  kl: "KL to the start",
};

/** Columns of `metrics.jsonl` whose names do not speak for themselves. */
const columns: Readonly<Record<string, string>> = {
  "hindsight/change_without": "change of ln p of the revision without the hindsight",
};

const strategies: Readonly<Record<string, string>> = {
  guided: "guided sampling",
  stochastic: "stochastic sampling",
  entropy: "entropy search",
};

/** Rewards and pass rates, which share an axis from 0 to 1. */
const share = {
  scale: "share",
  format: (value: number) => decimal(value, 3),
  formatDifference: (value: number) => signed(value, 3),
};

const plain = (scale: string) => ({
  scale,
  format: (value: number) => significant(value),
  formatDifference: (value: number) => signedSignificant(value),
});

/** The words of a measure by its name (`experiments/measures.ts`). A name that is not known stands for itself. */
export function measureWords(name: string): MeasureWords {
  const [first, ...rest] = name.split(".");
  const tail = rest.join(".");
  switch (first) {
    case "base":
      return renamed(tail, (label) => `${label}, before training`);
    case "auc":
      return renamed(tail, (label) => `area under ${label}, over responses`);
    case "auc_updates":
      return renamed(tail, (label) => `area under ${label}, over updates`);
    case "last":
      return { label: `${columns[tail] ?? tail} at the end`, ...scaleOfColumn(tail) };
    case "mean":
      return { label: `${columns[tail] ?? tail}, mean over the run`, ...scaleOfColumn(tail) };
    case "passAtK":
      return passAtK(rest);
    case "explore":
      return explored(rest);
    case "refine":
      return refined(rest);
    default:
      return evaluated(name, first, tail);
  }
}

const renamed = (name: string, words: (label: string) => string): MeasureWords => {
  const measure = measureWords(name);
  return { ...measure, label: words(measure.label) };
};

/** Unseen instructions are what probes ask unless they say otherwise. */
const on = (split: string): string => (split === "heldout" ? "" : ` on ${splits[split] ?? split}`);

const passAtK = ([split, k]: readonly string[]): MeasureWords =>
  k === "best"
    ? { label: `best reward of all samples${on(split)}`, ...share }
    : { label: `Pass@${k}${on(split)}`, ...share };

/** `[split,] strategy, [reward | tokens,] k`. */
function explored(names: readonly string[]): MeasureWords {
  const [split, [strategy, ...what]] = names[0] in splits ? [names[0], names.slice(1)] : ["heldout", names];
  const k = what[what.length - 1];
  const how = `${strategies[strategy] ?? strategy} with ${k} responses${on(split)}`;
  if (what[0] === "tokens") return { label: `tokens of ${how}`, ...plain("tokens") };
  return { label: `${what[0] === "reward" ? "best reward" : "pass rate"} of ${how}`, ...share };
}

/** `split, [reward | tokens,] round` or `split, gain`. */
function refined([split, ...what]: readonly string[]): MeasureWords {
  if (what[0] === "gain") return { label: `what revision adds to the pass rate${on(split)}`, ...share };
  const how = `${what[what.length - 1]} rounds of revision${on(split)}`;
  if (what[0] === "tokens") return { label: `tokens of ${how}`, ...plain("tokens") };
  return { label: `${what[0] === "reward" ? "reward" : "pass rate"} after ${how}`, ...share };
}

function evaluated(name: string, split: string, field: string): MeasureWords {
  if (!(split in splits)) return { label: name.replaceAll("_", " "), ...plain(name) };
  const label = `${fields[field] ?? field} on ${splits[split]}`;
  return { label, ...(field === "reward" || field === "all_met" ? share : plain(`${split}.${field}`)) };
}

const scaleOfColumn = (column: string) => (column === "reward" ? share : plain(column));

/** A p value: three digits, one more where that says nothing, "< 0.0001" below. */
export const pValue = (p: number): string => (p < 1e-4 ? "< 0.0001" : decimal(p, p < 0.001 ? 4 : 3));
