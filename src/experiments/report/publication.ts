import type { Experiment, Summary } from "../experiment";

/** A published experiment and what has come out of it. */
export interface Publication {
  readonly experiment: Experiment;
  /** Null as long as none of its units has been run. */
  readonly summary: Summary | null;
}
