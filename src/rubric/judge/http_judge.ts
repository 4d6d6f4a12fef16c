import type { Verdict } from "../schema";
import { readAnswer } from "./answer";
import { ChatClient } from "./chat_client";
import type { Completion } from "./completion";
import { chatEndpoint } from "./endpoint";
import { supported } from "./evidence";
import { InFlight } from "./in_flight";
import type { Judge, JudgeRequest } from "./judge";
import { systemClock, type JudgeClock } from "./judge_clock";
import type { JudgeConfig } from "./judge_config";
import { judgementKey, type Question } from "./judgement_key";
import { memoryJudgements, type ItemAnswer, type Judgement, type Judgements } from "./judgements";
import { Ledger, type Budget } from "./ledger";
import { answerSchema, judgePrompt } from "./prompt";
import { majority } from "./votes";

export interface HttpJudgeOptions {
  readonly config: JudgeConfig;
  /** The key for the judge's address. Read before each call and kept nowhere. */
  readonly key?: (url: string) => string | null;
  readonly fetch?: typeof fetch;
  /** Where answers are kept; memory by default. A store that fails costs calls, never verdicts. */
  readonly judgements?: Judgements;
  readonly clock?: JudgeClock;
  /** Ends every question, now and later. */
  readonly signal?: AbortSignal;
}

export interface HttpJudge extends Judge {
  /** Changes the budget of the calls to come. */
  setBudget(budget: Partial<Budget>): void;
  complete: NonNullable<Judge["complete"]>;
}

/**
 * A judge behind the chat completions of any OpenAI-compatible server. Throws CONFIG_INVALID for an address that is
 * none; `judge` rejects as `Judge` says.
 */
export function httpJudge(options: HttpJudgeOptions): HttpJudge {
  const { config, key = () => null, judgements = memoryJudgements(), clock = systemClock } = options;
  const endpoint = chatEndpoint(config.url);
  const ledger = new Ledger(config);
  // Called as a method of something else, a browser's fetch throws.
  const fetchIt = options.fetch ?? ((...args: Parameters<typeof fetch>) => fetch(...args));
  const client = new ChatClient({
    ...{ config, endpoint, clock, ledger },
    key: () => key(config.url),
    fetch: fetchIt,
  });
  const inFlight = new InFlight<{ judgement: Judgement; kept: boolean }>();

  /** The judgement on a question: one that was kept, one that is being asked for, or a new one. */
  async function ask(question: Question, signal?: AbortSignal) {
    const id = judgementKey(endpoint, config, question);
    const { value, joined } = await inFlight.run(
      id,
      async (signal) => {
        const kept = await judgements.get(id).catch(() => undefined);
        if (kept?.items.length === question.texts.length) return { judgement: kept, kept: true };
        const judgement = { items: await askAnew(question, signal) };
        await judgements.put(id, judgement).catch(() => undefined);
        return { judgement, kept: false };
      },
      signal,
    );
    const cached = joined || value.kept;
    if (cached) ledger.cached();
    return { items: value.judgement.items, cached };
  }

  /** Asks the server; once more for the items whose answer could not be used. */
  async function askAnew(question: Question, signal: AbortSignal): Promise<ItemAnswer[]> {
    const answers = await exchange(question, false, signal);
    const open = answers.flatMap((answer, i) =>
      answer.present === null && answer.failure === "answer" ? [i] : [],
    );
    if (open.length === 0) return answers;
    const again = await exchange({ ...question, texts: open.map((i) => question.texts[i]) }, true, signal);
    open.forEach((i, j) => {
      if (again[j].present !== null) answers[i] = again[j];
    });
    return answers;
  }

  async function exchange(
    { instruction, response, texts }: Question,
    again: boolean,
    signal: AbortSignal,
  ): Promise<ItemAnswer[]> {
    const { reasons, evidence } = config;
    const { messages, ids } = judgePrompt({ instruction, response, texts, reasons, evidence, again });
    const outcome = await client.ask(messages, answerSchema(ids, config), signal);
    if (!outcome.completion) {
      const { what, failure } = outcome;
      return ids.map(() => ({ present: null, reason: `the judge could not be asked: ${what}`, failure }));
    }
    const read = readCompletionOn(outcome.completion, ids, config.maxTokens);
    const answers = evidence === "required" ? read.map((answer) => supported(answer, response)) : read;
    const failures = answers.flatMap((answer) => (answer.present === null ? [answer.failure] : []));
    for (const failure of new Set(failures)) ledger.failed(failure);
    return answers;
  }

  return {
    async judge({ instruction, response, items }: JudgeRequest, callerSignal?: AbortSignal) {
      const signals = [callerSignal, options.signal].filter((signal) => signal !== undefined);
      const signal = signals.length > 1 ? AbortSignal.any(signals) : signals[0];
      signal?.throwIfAborted();
      if (items.length === 0) return [];
      const texts = items.map(({ text }) => text);
      const calls = config.itemsPerCall === "all" ? [texts] : texts.map((text) => [text]);
      // By vote, then by item.
      const votes = await Promise.all(
        Array.from({ length: config.votes }, async (_, vote) => {
          const asked = calls.map((texts) => ask({ instruction, response, texts, vote }, signal));
          const answered = await Promise.all(asked);
          return answered.flatMap(({ items, cached }) => items.map((answer) => ({ answer, cached })));
        }),
      );
      const verdicts = items.map(({ polarity }, i) => {
        const answer = majority(votes.map((vote) => vote[i].answer));
        return verdictOf(
          answer,
          polarity,
          votes.every((vote) => vote[i].cached),
        );
      });
      ledger.unknown(verdicts.filter(({ status }) => status === "unknown").length);
      return verdicts;
    },
    startFrom: (spent) => ledger.startFrom(spent),
    get counters() {
      return ledger.counters;
    },
    onChange: (listener) => ledger.onChange(listener),
    setBudget: (budget) => ledger.setBudget(budget),
    complete(messages, schema, signal = options.signal ?? new AbortController().signal) {
      return client.ask(messages, schema, signal);
    },
  };
}

/** The answers in a completion, with the reason where there are none. */
function readCompletionOn(
  { text, refusal, finish }: Completion,
  ids: readonly string[],
  maxTokens: number,
): ItemAnswer[] {
  if (refusal !== null || finish === "content_filter") {
    const reason = refusal
      ? `the judge declined: ${refusal.slice(0, 200)}`
      : "the judge's server filtered its answer";
    return ids.map(() => ({ present: null, reason, failure: "refusal" }));
  }
  const answers = readAnswer(text, ids);
  if (finish !== "length" || answers.some(({ present }) => present !== null)) return answers;
  const reason = `the judge's answer was cut at ${maxTokens} tokens`;
  return ids.map(() => ({ present: null, reason, failure: "length" }));
}

/** Satisfied is the good outcome: what is wanted is there, what is to be avoided is not. */
function verdictOf(answer: ItemAnswer, polarity: "want" | "avoid", cached: boolean): Verdict {
  const details = { by: "judge" as const, ...(cached && { cached: true as const }) };
  if (answer.present === null) return { status: "unknown", reason: answer.reason, ...details };
  const { present, reason, evidence } = answer;
  return {
    status: present === (polarity === "want") ? "satisfied" : "unmet",
    ...(reason !== undefined && { reason }),
    ...(evidence !== undefined && { evidence }),
    ...details,
  };
}
