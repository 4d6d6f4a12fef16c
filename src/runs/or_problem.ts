import { HerlError, plainError, type PlainError } from "../errors";

/** What `work` comes to, or the HerlError that it rejects with as plain data. Rejects with every other error. */
export async function orProblem<T extends object>(
  work: () => Promise<T>,
): Promise<T | { readonly problem: PlainError }> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HerlError)) throw error;
    return { problem: plainError(error) };
  }
}
