import { HerlError, type ErrorCode } from "../errors";

/** A `HerlError` as plain data: what passes between threads keeps no class. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly cure: string;
}

/** What `work` comes to, or the HerlError that it rejects with as plain data. Rejects with every other error. */
export async function orProblem<T extends object>(
  work: () => Promise<T>,
): Promise<T | { readonly problem: PlainError }> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HerlError)) throw error;
    const { code, message, cure } = error;
    return { problem: { code, message, cure } };
  }
}
