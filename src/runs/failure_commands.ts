import type { FailureReport } from "./failure_report";
import type { OpenRun } from "./open_run";
import type { PlainError } from "../errors";
import { orProblem } from "./or_problem";
import { acceptSplit, type AcceptedSplit } from "./accept_split";
import type { RunStore } from "./store";

/** What the page asks about items that stay unmet. */
export interface FailureCommands {
  /** What the open run keeps failing, as far as its record goes; null where no run is open. */
  failureReport(): Promise<FailureReport | null>;
  /** The judge's finer split of a judged item; it changes nothing before it is accepted. */
  askForSplit(key: string): Promise<{ readonly texts: readonly string[] } | { readonly problem: PlainError }>;
  /** Takes a finer split into the open run. Resolves with why it cannot be, or null. */
  acceptSplit(split: AcceptedSplit): Promise<PlainError | null>;
}

export interface FailureEnvironment {
  readonly store: Promise<RunStore | null>;
  run(): OpenRun | null;
  /** Runs `work` between two phases. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

export function failureCommands({ store, run, exclusive }: FailureEnvironment): FailureCommands {
  const logOf = async ({ id }: OpenRun) => (await (await store)?.failures(id)) ?? [];
  return {
    async failureReport() {
      const open = run();
      if (!open) return null;
      const [log, { failureReport }] = await Promise.all([logOf(open), import("./failure_report")]);
      return failureReport(log, open.session);
    },
    async askForSplit(key) {
      const open = run();
      return orProblem(async () => {
        const [{ askForSplit }, log] = await Promise.all([
          import("./ask_for_split"),
          open ? logOf(open) : [],
        ]);
        return askForSplit(open, key, log);
      });
    },
    async acceptSplit(split) {
      const done = await orProblem(() =>
        exclusive(async () => {
          const open = run();
          if (open) open.manifest = await acceptSplit(open, split);
          return {};
        }),
      );
      return "problem" in done ? done.problem : null;
    },
  };
}
