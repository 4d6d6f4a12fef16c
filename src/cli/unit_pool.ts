import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { UnitResult } from "../experiments/experiment";
import type { Unit } from "../experiments/units";

/** The first argument of a process that runs units: no command that a user gives. */
export const unitServerArgument = "serve-units";

export type UnitAnswer = { readonly result: UnitResult } | { readonly error: string };

export interface PoolOptions {
  /** Processes. */
  readonly jobs: number;
  readonly onAnswer: (unit: Unit, answer: UnitAnswer) => void;
}

/**
 * Runs units in processes of their own, one unit at a time each. All processes start at once, so that the code of a long
 * experiment is that of its beginning. One that dies answers for its unit with an error, and is not replaced.
 */
export async function runUnits(units: readonly Unit[], { jobs, onAnswer }: PoolOptions): Promise<void> {
  const waiting = [...units];
  const serve = (child: ChildProcess) =>
    new Promise<void>((resolve) => {
      let current: Unit | undefined;
      const next = () => {
        current = waiting.shift();
        if (current) child.send(current);
        else child.disconnect();
      };
      child.on("message", (answer) => {
        onAnswer(current!, answer as UnitAnswer);
        next();
      });
      child.on("exit", (code, signal) => {
        if (current) onAnswer(current, { error: `its process ended (${signal ?? `status ${code}`})` });
        resolve();
      });
      next();
    });
  const children = Array.from({ length: Math.min(jobs, units.length) }, () =>
    fork(fileURLToPath(import.meta.url), [unitServerArgument]),
  );
  await Promise.all(children.map(serve));
  for (const unit of waiting) onAnswer(unit, { error: "no process was left to run it" });
}
