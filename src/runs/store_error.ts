import { HerlError } from "../errors";

/** Why the browser did not store something: STORE_FULL or STORE_REFUSED. `lost` says what becomes of it. */
export function storeError(cause: unknown, lost: { readonly full: string; readonly refused: string }) {
  if (cause instanceof DOMException && cause.name === "QuotaExceededError") {
    const what = "The browser's storage for this page is full";
    return new HerlError("STORE_FULL", what, lost.full, { cause });
  }
  return new HerlError("STORE_REFUSED", "The browser refused to store this", lost.refused, { cause });
}
