import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { UnitResult } from "../experiments/experiment";
import type { Unit } from "../experiments/units";

/** The first argument of a process that runs units: no command that a user gives. */
export const unitServerArgument = "serve-units";

/** What such a process is sent, and what it answers. */
export interface UnitOrder {
  readonly unit: Unit;
  /** Folder of what was trained. */
  readonly kept: string;
  /** Train it even if it is there. */
  readonly again: boolean;
}

export type UnitAnswer = { readonly result: UnitResult } | { readonly error: string };

export interface PoolOptions {
  /** Processes. */
  readonly jobs: number;
  readonly kept: string;
  readonly again: boolean;
  /** Ends the processes; their units get no answer. */
  readonly signal: AbortSignal;
  readonly onAnswer: (unit: Unit, answer: UnitAnswer) => void;
}

/**
 * Runs units in processes of their own, one unit at a time each. All processes start at once, so that the code of a long
 * experiment is that of its beginning. One that dies answers for its unit with an error, and is not replaced.
 */
export async function runUnits(
  units: readonly Unit[],
  { jobs, kept, again, signal, onAnswer }: PoolOptions,
): Promise<void> {
  const waiting = [...units];
  const serve = (child: ChildProcess) =>
    new Promise<void>((resolve) => {
      let current: Unit | undefined;
      const next = () => {
        current = signal.aborted ? undefined : waiting.shift();
        if (current) child.send({ unit: current, kept, again } satisfies UnitOrder);
        else child.disconnect();
      };
      child.on("message", (answer) => {
        onAnswer(current!, answer as UnitAnswer);
        next();
      });
      child.on("exit", (code, by) => {
        if (current && !signal.aborted)
          onAnswer(current, { error: `Its process ended (${by ?? `status ${code}`})` });
        resolve();
      });
      signal.addEventListener("abort", () => child.kill());
      next();
    });
  const children = Array.from({ length: Math.min(jobs, units.length) }, () =>
    fork(fileURLToPath(import.meta.url), [unitServerArgument]),
  );
  await Promise.all(children.map(serve));
  if (signal.aborted) return;
  for (const unit of waiting) onAnswer(unit, { error: "No process was left to run it" });
}
