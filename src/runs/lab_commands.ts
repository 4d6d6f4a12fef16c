import type { Lab, OnAnswerProgress } from "./lab";
import type {
  ChangeRequest,
  PushRequest,
  TokenAnalysis,
  TokenPush,
  TokenReference,
  TrialView,
} from "./protocol";
import { unlessStopped } from "./unless_stopped";

/**
 * What the gradient lab asks about the last finished update, or about an earlier one that was made again. An answer is
 * null when there is no update, or not that token, or when it was stopped. `asker` is a name of the reader's choice by
 * which its question can be stopped.
 */
export interface LabCommands {
  analyzeToken(
    reference: TokenReference,
    options: { readonly fraction: number; readonly tokens: number },
    asker?: string,
    onProgress?: OnAnswerProgress,
  ): Promise<TokenAnalysis | null>;
  pushToken(
    reference: TokenReference,
    request: PushRequest,
    asker?: string,
    onProgress?: OnAnswerProgress,
  ): Promise<TokenPush | null>;
  tryChange(
    request: ChangeRequest,
    reference: TokenReference | null,
    asker?: string,
  ): Promise<TrialView | null>;
  stopAsking(asker: string): void;
}

interface LabEnvironment {
  lab(): Promise<Lab | null>;
  /** Runs `work` between two phases. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

export function labCommands({ lab, exclusive }: LabEnvironment): LabCommands {
  const stops = new Map<string, AbortController>();

  async function ask<T>(
    asker: string,
    work: (lab: Lab, signal: AbortSignal) => Promise<T | null>,
  ): Promise<T | null> {
    const stop = new AbortController();
    stops.set(asker, stop);
    try {
      return await unlessStopped(exclusive, stop.signal, async () => {
        const asked = await lab();
        return asked && (await work(asked, stop.signal));
      });
    } finally {
      if (stops.get(asker) === stop) stops.delete(asker);
    }
  }

  return {
    analyzeToken: (reference, options, asker = "analyzeToken", onProgress) =>
      ask(asker, (asked, signal) => asked.analyzeToken(reference, { ...options, signal, onProgress })),
    pushToken: (reference, request, asker = "pushToken", onProgress) =>
      ask(asker, (asked, signal) => asked.pushToken(reference, request, { signal, onProgress })),
    tryChange: (request, reference, asker = "tryChange") =>
      ask(asker, (asked, signal) => asked.tryChange(request, reference, signal)),
    stopAsking: (asker) => stops.get(asker)?.abort(),
  };
}
