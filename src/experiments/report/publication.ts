import type { Experiment, Summary } from "../experiment";

/** A published experiment and what has come out of it. */
export interface Publication {
  readonly experiment: Experiment;
  /** Null as long as none of its units has been run. */
  readonly summary: Summary | null;
}

/** What makes it again on the command line; the runs first where they are another experiment's. */
export const commandOf = ({ name, resultsOf }: Pick<Experiment, "name" | "resultsOf">): string =>
  [...(resultsOf === undefined ? [] : [resultsOf]), name]
    .map((one) => `npx herl experiment ${one}`)
    .join(" && ");
