import type { Kwargs, Verifier } from "../verifier";

/** One family of constraints: free text is parsed into parameters, and parameters are checked. */
export interface Family {
  readonly verifier: Verifier;
  /** The parameters of a constraint's text. */
  parse(constraint: string): Kwargs;
  /** Whether the parameters ask for anything: false where the text was not understood. */
  isUnderstood(kwargs: Kwargs): boolean;
}

/**
 * A family whose parameters are all optional: a text of which nothing was understood leaves them all out, but for
 * `minor` ones, which say nothing by themselves.
 */
export const family = (
  verifier: Verifier,
  parse: (constraint: string) => Kwargs,
  minor: readonly string[] = [],
): Family => ({
  verifier,
  parse: (constraint) =>
    Object.fromEntries(Object.entries(parse(constraint)).filter(([, value]) => value !== undefined)),
  isUnderstood: (kwargs) => Object.keys(kwargs).some((name) => !minor.includes(name)),
});
