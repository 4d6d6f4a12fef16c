import { HerlError } from "../../errors";
import type { ChatMessage } from "../../policy/chat_message";
import { backoff } from "./backoff";
import { requestChat, type FailedRequest, type Outcome } from "./chat_request";
import { endpointName } from "./endpoint";
import type { JudgeClock } from "./judge_clock";
import type { JudgeConfig } from "./judge_config";
import type { Ledger } from "./ledger";
import { limiter } from "./limiter";
import { Suspicion } from "./suspicion";

/** Calls that fail in a row, each with all its retries, before the server counts as down. */
const failuresThatMeanDown = 3;
/** Requests that are refused as malformed before any is answered, after which every other would be. */
const refusalsThatMeanAll = 3;

const formats = {
  auto: ["schema", "object", "text"],
  schema: ["schema"],
  object: ["object"],
  text: ["text"],
} as const;

export interface ChatClientOptions {
  readonly config: JudgeConfig;
  readonly endpoint: URL;
  readonly key: () => string | null;
  readonly fetch: typeof fetch;
  readonly clock: JudgeClock;
  readonly ledger: Ledger;
}

/**
 * Asks an OpenAI-compatible server for chat completions: so many at a time, again after failures, within the budget,
 * in the way of asking for JSON that the server turns out to have.
 */
export class ChatClient {
  private readonly options: ChatClientOptions;
  private readonly limit;
  private readonly formats: readonly ("schema" | "object" | "text")[];
  /** Index of the format that is used, and whether an answer has shown that the server has it. */
  private format = 0;
  private formatWorks = false;
  /** Newer OpenAI models have another name for the limit. */
  private limitField: "max_tokens" | "max_completion_tokens" = "max_tokens";
  private answered = 0;
  private failedInARow = 0;
  private refusedFirst = 0;
  /** No call is sent before this time, which the server has named. */
  private notBefore = 0;
  /** The last error that stopped everything, and how often that was. */
  private halt: HerlError | null = null;
  private halts = 0;
  private readonly suspicion = new Suspicion();
  /** Whether the last failures without any answer since have stopped everything already. */
  private stoppedAlone = false;

  constructor(options: ChatClientOptions) {
    this.options = options;
    this.limit = limiter(options.config.concurrency);
    this.formats = formats[options.config.structured];
  }

  /**
   * A completion, or the last failure of a request that was given up. Rejects with JUDGE_DOWN, JUDGE_REFUSED or
   * JUDGE_BUDGET, with CONFIG_INVALID for a key that cannot be sent, and when `signal` aborts.
   */
  ask(messages: readonly ChatMessage[], schema: unknown, signal: AbortSignal): Promise<Outcome> {
    const halts = this.halts;
    const alone = () => this.settleAlone();
    return this.suspicion.during(async () => {
      const outcome = await this.limit(() => this.attempts(messages, schema, halts, signal), signal);
      return outcome.completion || outcome.failure === "request"
        ? outcome
        : this.suspicion.wait(outcome, signal, alone);
    }, alone);
  }

  /**
   * All calls that are left have failed, and no other will show whether the server is up. Where it could not be reached
   * it is down; but once only, so that one request that it always drops does not stop a run for good.
   */
  private settleAlone(): void {
    if (!this.suspicion.isOfConnection || this.stoppedAlone) return this.suspicion.release();
    this.stoppedAlone = true;
    this.stop("JUDGE_DOWN", "the connection failed");
  }

  private async attempts(
    messages: readonly ChatMessage[],
    schema: unknown,
    halts: number,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { clock, config } = this.options;
    const answeredBefore = this.answered;
    let onlyConnections = true;
    let format = this.format;
    for (let retry = 0; ;) {
      const hold = this.notBefore - clock.now();
      if (hold > 0) await clock.sleep(hold, signal);
      // Another call has found out meanwhile that there is no use in asking.
      if (this.halts !== halts) throw this.halt!;
      if (this.formatWorks) format = this.format;
      const outcome = await this.send(messages, schema, { format, isRetry: retry > 0, signal });
      if (outcome.completion) return outcome;
      if (outcome.failure === "refused") throw this.stop("JUDGE_REFUSED", outcome.what);
      if (outcome.failure === "request") {
        const other = this.adapt(outcome, format);
        if (other === null) return this.refuse(outcome);
        format = other;
        continue;
      }
      onlyConnections &&= outcome.failure === "connection";
      if (retry === config.retries) {
        const unreachable = onlyConnections && this.answered === answeredBefore;
        return this.giveUp(outcome, unreachable, halts);
      }
      if (outcome.wait) this.notBefore = Math.max(this.notBefore, clock.now() + outcome.wait);
      const wait = backoff(retry++, () => clock.random());
      await clock.sleep(Math.max(wait, outcome.wait ?? 0), signal);
    }
  }

  /** One HTTP request, booked. */
  private async send(
    messages: readonly ChatMessage[],
    schema: unknown,
    { format, isRetry, signal }: { format: number; isRetry: boolean; signal: AbortSignal },
  ): Promise<Outcome> {
    const { config, endpoint, fetch, clock, ledger } = this.options;
    const key = sendableKey(this.options.key());
    const body = {
      ...(config.model !== "" && { model: config.model }),
      messages,
      temperature: config.temperature,
      [this.limitField]: config.maxTokens,
      stream: false,
      ...responseFormat(this.formats[format], schema),
    };
    ledger.call(isRetry);
    const started = clock.now();
    const request = { endpoint, body, key, timeout: config.timeout * 1000, fetch, now: clock.now, signal };
    const outcome = await requestChat(request);
    if (!outcome.completion) {
      ledger.failed(outcome.failure);
      return outcome;
    }
    const asked = messages.reduce((sum, { content }) => sum + content.length, 0);
    ledger.answered(outcome.completion, asked, clock.now() - started);
    this.answered++;
    this.failedInARow = 0;
    this.stoppedAlone = false;
    this.suspicion.release();
    if (!this.formatWorks) this.format = format;
    this.formatWorks = true;
    return outcome;
  }

  /** The format to try instead, after a request of `format` that the server calls malformed; null for none. */
  private adapt({ what }: FailedRequest, format: number): number | null {
    if (this.limitField === "max_tokens" && what.includes("max_completion_tokens")) {
      this.limitField = "max_completion_tokens";
      return format;
    }
    if (this.formatWorks) return format === this.format ? null : this.format;
    return format + 1 < this.formats.length ? format + 1 : null;
  }

  /** A request that is malformed to this server: so is every other, where none was answered yet. */
  private refuse(outcome: FailedRequest): FailedRequest {
    if (this.answered === 0 && ++this.refusedFirst >= refusalsThatMeanAll)
      throw this.stop("JUDGE_REFUSED", outcome.what);
    return outcome;
  }

  private giveUp(outcome: FailedRequest, unreachable: boolean, halts: number): FailedRequest {
    if (this.halts !== halts) throw this.halt!;
    if (unreachable || ++this.failedInARow >= failuresThatMeanDown)
      throw this.stop("JUDGE_DOWN", outcome.what);
    return outcome;
  }

  /** The error that ends this call and all that are waiting; later ones try anew. */
  private stop(code: "JUDGE_DOWN" | "JUDGE_REFUSED", what: string): HerlError {
    this.failedInARow = 0;
    this.refusedFirst = 0;
    this.halts++;
    const where = endpointName(this.options.endpoint);
    this.halt =
      code === "JUDGE_DOWN"
        ? new HerlError(
            code,
            `The judge at ${where} is down: ${what}`,
            "Start it, check its address and CORS setting, then go on",
          )
        : new HerlError(
            code,
            `The judge at ${where} refuses: ${what}`,
            "Check its address, model and key, then go on",
          );
    this.suspicion.reject(this.halt);
    return this.halt;
  }
}

function responseFormat(format: "schema" | "object" | "text", schema: unknown) {
  if (format === "text") return {};
  if (format === "object") return { response_format: { type: "json_object" } };
  return {
    response_format: { type: "json_schema", json_schema: { name: "verdicts", strict: true, schema } },
  };
}

/** A key that a header can carry; null for none. The error that `fetch` would throw instead shows the key. */
export function sendableKey(key: string | null): string | null {
  const trimmed = key?.trim() ?? "";
  if (trimmed === "") return null;
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  throw new HerlError(
    "JUDGE_REFUSED",
    "The judge's key holds characters that no key has",
    "Enter the key again",
  );
}
