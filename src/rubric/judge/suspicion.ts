import type { HerlError } from "../../errors";
import type { FailedRequest } from "./chat_request";

interface Suspect {
  readonly outcome: FailedRequest;
  readonly release: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Calls that were given up wait here until it is known what their failure says: that of a server that is going down says
 * nothing of the sample, and must not become an unknown verdict in a run's record. The next answer of the server shows
 * that it is up; an error that stops everything shows that it is not.
 */
export class Suspicion {
  private readonly suspects = new Set<Suspect>();
  /** Calls between being asked and being settled. */
  private open = 0;

  /** Counts a call as one that may still bring a sign. */
  async during<T>(call: () => Promise<T>, alone: () => void): Promise<T> {
    this.open++;
    try {
      return await call();
    } finally {
      this.open--;
      this.check(alone);
    }
  }

  /** Resolves with the failure when the server turns out to be up; rejects when it is down, or `signal` aborts. */
  wait(outcome: FailedRequest, signal: AbortSignal, alone: () => void): Promise<FailedRequest> {
    return new Promise((resolve, reject) => {
      const suspect: Suspect = { outcome, release: () => resolve(outcome), reject };
      this.suspects.add(suspect);
      const abort = () => {
        this.suspects.delete(suspect);
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", abort, { once: true });
      if (signal.aborted) abort();
      this.check(alone);
    });
  }

  /** Whether some failure was one of the connection. */
  get isOfConnection(): boolean {
    return [...this.suspects].some(({ outcome }) => outcome.failure === "connection");
  }

  /** The server has answered something. */
  release(): void {
    for (const { release } of this.suspects) release();
    this.suspects.clear();
  }

  /** The server is down, or refuses everything. */
  reject(error: HerlError): void {
    for (const { reject } of this.suspects) reject(error);
    this.suspects.clear();
  }

  /** Calls `alone` when nobody is left who could bring a sign. */
  private check(alone: () => void): void {
    if (this.suspects.size > 0 && this.open === this.suspects.size) alone();
  }
}
