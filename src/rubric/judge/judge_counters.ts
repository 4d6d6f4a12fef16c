/** Why a call of a judge, or the answer to one item, could not be used. */
export const judgeFailures = [
  /** No connection, or one that was dropped. */
  "connection",
  /** No whole answer within the time limit. */
  "timeout",
  /** 429. */
  "rateLimit",
  /** 5xx, or an error in place of an answer. */
  "server",
  /** 400 and its like: this request is malformed to this server. */
  "request",
  /** 401, 402, 403, 404, a redirect: every request would be refused. */
  "refused",
  /** The body is no chat completion, or longer than the limit. */
  "body",
  /** The completion is not the JSON that was asked for. */
  "answer",
  /** The completion stopped at its token limit. */
  "length",
  /** The judge declined to answer. */
  "refusal",
  /** Something is said to be there, and what is quoted for it is not. */
  "evidence",
] as const;

export type JudgeFailure = (typeof judgeFailures)[number];

/** What a judge has cost and how it did. */
export interface JudgeCounters {
  /** HTTP requests sent, each attempt counted. */
  readonly calls: number;
  /** Of these, the ones that were sent again after a failure. */
  readonly retries: number;
  /** Answers that were kept from before, or shared with the same question in flight: nothing was sent for them. */
  readonly cached: number;
  /** As the server reports them; estimated (four characters a token) for calls without a report. */
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** In the currency of the prices. */
  readonly money: number;
  /** Items that were given up as unknown. */
  readonly unknown: number;
  /** Time spent in answered calls, in milliseconds, added up over calls: divide by `answered` for latency. */
  readonly milliseconds: number;
  /** Calls that were answered with a chat completion. */
  readonly answered: number;
  readonly failures: Readonly<Record<JudgeFailure, number>>;
}

/** The counters of a judge that was never asked. */
export const noCounters: JudgeCounters = {
  ...{ calls: 0, retries: 0, cached: 0, promptTokens: 0, completionTokens: 0, money: 0, unknown: 0 },
  ...{ milliseconds: 0, answered: 0 },
  failures: Object.fromEntries(judgeFailures.map((kind) => [kind, 0])) as Record<JudgeFailure, number>,
};
