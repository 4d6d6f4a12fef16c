/**
 * How far a judge can be trusted: its verdicts beside those of code, on items that code decides exactly. Positive is
 * `satisfied` throughout: a *false pass* rewards what is not there, a *false fail* withholds what was earned.
 */
import { normalPoint, rate, type Rate } from "./intervals";

/** One item of one response. */
export interface CalibrationCase {
  /** What it is counted under: the verifier's id. */
  readonly item: string;
  /** Whether code finds it satisfied. */
  readonly truth: boolean;
  /** What the judge found, by repeat; null is unknown. */
  readonly verdicts: readonly (boolean | null)[];
}

/** Cohen's κ with its 95 % interval; null where it is not defined, or not for so few. */
export interface Kappa {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Numbers of a judge on a set of cases. All but `agreement` are of the first repeat: repeats of a case are not
 * independent of it, and would make the intervals look narrower than they are.
 */
export interface JudgeReliability {
  readonly cases: number;
  /** Right verdicts, of those that were given. */
  readonly accuracy: Rate;
  /** Satisfied by the judge, of the decided cases that are unmet. */
  readonly falsePasses: Rate;
  /** Unmet by the judge, of the decided cases that are satisfied. */
  readonly falseFails: Rate;
  /** Cases without a verdict. */
  readonly unknown: Rate;
  /** Agreement with code beyond chance. */
  readonly kappa: Kappa;
  /** Cases whose verdicts are all the same over the repeats, of those with two verdicts or more. */
  readonly agreement: Rate;
}

export interface CalibrationNumbers {
  readonly overall: JudgeReliability;
  /** By item, in alphabetical order. */
  readonly items: Readonly<Record<string, JudgeReliability>>;
}

/** The numbers of all cases together and item by item. */
export function calibrationNumbers(cases: readonly CalibrationCase[]): CalibrationNumbers {
  const byItem = new Map<string, CalibrationCase[]>();
  for (const one of cases) {
    const own = byItem.get(one.item);
    if (own) own.push(one);
    else byItem.set(one.item, [one]);
  }
  const items = [...byItem].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    overall: reliability(cases),
    items: Object.fromEntries(items.map(([item, own]) => [item, reliability(own)])),
  };
}

/** The numbers of a set of cases. */
export function reliability(cases: readonly CalibrationCase[]): JudgeReliability {
  const first = cases.map(({ truth, verdicts }) => ({ truth, verdict: verdicts[0] ?? null }));
  const counted = (truth: boolean, verdict: boolean) =>
    first.filter((one) => one.truth === truth && one.verdict === verdict).length;
  const table: Confusion = {
    truePasses: counted(true, true),
    falsePasses: counted(false, true),
    falseFails: counted(true, false),
    trueFails: counted(false, false),
  };
  const { truePasses, falsePasses, falseFails, trueFails } = table;
  const right = truePasses + trueFails;
  const decided = right + falsePasses + falseFails;
  const repeated = cases
    .map(({ verdicts }) => verdicts.filter((verdict) => verdict !== null))
    .filter((verdicts) => verdicts.length > 1);
  const constant = repeated.filter((verdicts) => verdicts.every((verdict) => verdict === verdicts[0]));
  return {
    cases: cases.length,
    accuracy: rate(right, decided),
    falsePasses: rate(falsePasses, falsePasses + trueFails),
    falseFails: rate(falseFails, falseFails + truePasses),
    unknown: rate(first.length - decided, first.length),
    kappa: cohensKappa(table),
    agreement: rate(constant.length, repeated.length),
  };
}

/** How often judge and code said what. */
export interface Confusion {
  readonly truePasses: number;
  /** The judge says satisfied, code unmet. */
  readonly falsePasses: number;
  /** The judge says unmet, code satisfied. */
  readonly falseFails: number;
  readonly trueFails: number;
}

/**
 * Cohen's κ = (p_o − p_e) / (1 − p_e) (Cohen, "A coefficient of agreement for nominal scales", 1960), with the
 * large-sample standard error of Fleiss, Cohen and Everitt ("Large sample standard errors of kappa and weighted kappa",
 * 1969, equation 13), the interval cut to [−1, 1]. κ is null where both say the same one thing throughout. Where they
 * never differ, or one of them says one thing throughout, that error is 0 whatever n is, and the interval is null.
 */
export function cohensKappa({ truePasses, falsePasses, falseFails, trueFails }: Confusion): Kappa {
  const n = truePasses + falsePasses + falseFails + trueFails;
  if (n === 0) return { value: null, low: null, high: null };
  const both = truePasses / n;
  const neither = trueFails / n;
  const judgeOnly = falsePasses / n;
  const codeOnly = falseFails / n;
  const [judge, code] = [(truePasses + falsePasses) / n, (truePasses + falseFails) / n];
  const observed = both + neither;
  const expected = judge * code + (1 - judge) * (1 - code);
  const room = 1 - expected;
  if (room === 0) return { value: null, low: null, high: null };
  const value = (observed - expected) / room;
  const isConstant = [judge, code].some((share) => share === 0 || share === 1);
  if (isConstant || falsePasses + falseFails === 0) return { value, low: null, high: null };
  const square = (x: number) => x * x;
  const [judgeNot, codeNot, missed] = [1 - judge, 1 - code, 1 - observed];
  const diagonal =
    both * square(room - (judge + code) * missed) + neither * square(room - (judgeNot + codeNot) * missed);
  const others = square(missed) * (judgeOnly * square(code + judgeNot) + codeOnly * square(codeNot + judge));
  const variance =
    (diagonal + others - square(observed * expected - 2 * expected + observed)) / (n * square(square(room)));
  const half = normalPoint * Math.sqrt(Math.max(0, variance));
  return { value, low: Math.max(-1, value - half), high: Math.min(1, value + half) };
}
