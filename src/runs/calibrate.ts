import { calibrationNumbers } from "../analysis/calibration";
import { quantile } from "../analysis/intervals";
import { HerlError } from "../errors";
import { deriveKey, seedKey } from "../kernels/random/random";
import { gradeByCode } from "../rubric/code_grader";
import { itemKey } from "../rubric/item_key";
import { httpJudge } from "../rubric/judge/http_judge";
import type { Judge } from "../rubric/judge/judge";
import { noCounters, type JudgeCounters } from "../rubric/judge/judge_counters";
import type { JudgeConfig } from "../rubric/judge/judge_config";
import { judgeId } from "../rubric/judge/judge_id";
import type { Judgements } from "../rubric/judge/judgements";
import type { RubricItem, Task, Verdict } from "../rubric/schema";
import type { VerifierRegistry } from "../rubric/verifiers/registry";
import { calibrationFormat, type Calibration, type JudgedCase } from "./calibration_record";
import { codeVersion } from "./manifest";
import type { JudgeAccess } from "./open_grader";

/** A response whose truth code can tell. */
export interface KnownResponse {
  readonly task: Task;
  readonly text: string;
}

export interface CalibrateOptions extends JudgeAccess {
  readonly config: JudgeConfig;
  readonly judgements: Judgements;
  /** Responses to judge, at most; which ones hangs on their text alone. All by default. */
  readonly limit?: number;
  /** Times that everything is asked, kept answers apart; 1 by default. */
  readonly repeats?: number;
  /** Ends it early, with the numbers of what was judged until then. */
  readonly signal?: AbortSignal;
  /** Called after each judged response: `done` of `of`, all repeats together. */
  readonly onProgress?: (progress: CalibrationProgress) => void;
}

export interface CalibrationProgress {
  readonly done: number;
  readonly of: number;
  readonly counters: JudgeCounters;
}

/** A calibration with the cases that it was counted from, and the error of a budget that ended it. */
export interface CalibrationResult {
  readonly calibration: Calibration;
  readonly cases: readonly JudgedCase[];
  readonly ending: HerlError | null;
}

/**
 * Has a judge decide what code decides exactly: the items' texts on given responses, all code items of a response in
 * the way that a run asks about judged ones. A budget that is spent, or `signal`, ends it with the numbers until then.
 * Rejects with TASK_INVALID where code can decide nothing, with the judge's other errors, and with the reason of
 * `signal` or JUDGE_BUDGET where no response was judged; what was answered is kept in `judgements`.
 */
export async function calibrate(
  responses: readonly KnownResponse[],
  registry: VerifierRegistry,
  options: CalibrateOptions,
): Promise<CalibrationResult> {
  const { config, repeats = 1, signal, onProgress } = options;
  const known = chosen(withTruth(responses, registry), options.limit);
  const latencies: number[] = [];
  const answered = known.map((): (readonly Verdict[])[] => []);
  let counters = noCounters;
  let ending: unknown = null;
  let done = 0;
  for (let repeat = 0; repeat < repeats && ending === null; repeat++) {
    const judgements = repeatedly(options.judgements, repeat);
    const judge = httpJudge({ ...options, judgements });
    judge.startFrom(counters);
    const unwatch = watchLatency(judge, latencies);
    const asked = known.map(async ({ task, text, items }, i) => {
      const request = { instruction: task.prompt, response: text, items: items.map(({ item }) => item) };
      answered[i].push(await judge.judge(request, signal));
      onProgress?.({ done: ++done, of: known.length * repeats, counters: judge.counters });
    });
    // What is being answered when one fails is paid for: it is waited for, and kept.
    for (const result of await Promise.allSettled(asked))
      if (result.status === "rejected") ending ??= result.reason;
    counters = judge.counters;
    unwatch();
  }
  const judged = known.flatMap((response, i) =>
    answered[i].length === 0 ? [] : [{ ...response, verdicts: answered[i] }],
  );
  const isBudget = ending instanceof HerlError && ending.code === "JUDGE_BUDGET";
  if (ending !== null && (judged.length === 0 || !(isBudget || signal?.aborted))) throw ending as Error;
  const cases = judged.flatMap(casesOf);
  const calibration: Calibration = {
    format: calibrationFormat,
    created: new Date().toISOString(),
    codeVersion,
    judge: { id: judgeId(config), settings: config },
    ...{ responses: judged.length, of: known.length, repeats },
    ended: ending === null ? "complete" : isBudget ? "budget" : "cancelled",
    ...calibrationNumbers(cases),
    cost: counters,
    latency: { median: quantile(latencies, 0.5), p95: quantile(latencies, 0.95) },
  };
  return { calibration, cases, ending: isBudget ? (ending as HerlError) : null };
}

interface TrueItem {
  readonly item: RubricItem;
  readonly truth: boolean;
}

interface TrueResponse extends KnownResponse {
  readonly items: readonly TrueItem[];
}

/** The items that code decides, response by response; the same response to the same task counts once. */
function withTruth(responses: readonly KnownResponse[], registry: VerifierRegistry): TrueResponse[] {
  const distinct = new Map(responses.map((one) => [JSON.stringify([one.task.id, one.text]), one]));
  const known = [...distinct.values()].flatMap(({ task, text }) => {
    const items = task.rubric.flatMap((item): TrueItem[] => {
      const { status } = gradeByCode(registry, item, text);
      return status === "unknown" ? [] : [{ item, truth: status === "satisfied" }];
    });
    return items.length === 0 ? [] : [{ task, text, items }];
  });
  if (known.length > 0) return known;
  throw new HerlError(
    "TASK_INVALID",
    "Code decides no item of these responses, so that nothing is known to compare a judge with",
    "Give responses to tasks with items for code, for instance IFEval's",
  );
}

const orderKey = deriveKey(seedKey(0), "calibration");

/**
 * At most `limit` responses, in an order that hangs on a hash of each one alone: the first few of a file are all of one
 * kind, these are a fair choice, at every moment of the measurement.
 */
function chosen(responses: readonly TrueResponse[], limit = Infinity): TrueResponse[] {
  const placed = responses.map((response) => ({
    response,
    place: deriveKey(orderKey, response.task.id, response.text)[0],
  }));
  return placed
    .sort((a, b) => a.place - b.place)
    .slice(0, limit)
    .map(({ response }) => response);
}

/** Answers of a later repeat are kept apart from those of the first, which are the ones that a run has too. */
const repeatedly = (judgements: Judgements, repeat: number): Judgements =>
  repeat === 0
    ? judgements
    : {
        get: (key) => judgements.get(`${key}-${repeat}`),
        put: (key, judgement) => judgements.put(`${key}-${repeat}`, judgement),
      };

/** Adds the time of each answered call, which the counters only sum up. Returns what ends that. */
function watchLatency(judge: Judge, latencies: number[]): () => void {
  let before = judge.counters;
  return judge.onChange((counters) => {
    if (counters.answered > before.answered) latencies.push(counters.milliseconds - before.milliseconds);
    before = counters;
  });
}

const satisfied = { satisfied: true, unmet: false, unknown: null } as const;

const casesOf = ({
  task,
  items,
  verdicts,
}: TrueResponse & { readonly verdicts: readonly (readonly Verdict[])[] }): JudgedCase[] =>
  items.map(({ item, truth }, i) => {
    const { reason } = verdicts[0][i];
    return {
      ...{ key: task.id, item: itemKey(item), text: item.text, truth },
      verdicts: verdicts.map((repeat) => satisfied[repeat[i].status]),
      ...(reason !== undefined && { reason }),
    };
  });
