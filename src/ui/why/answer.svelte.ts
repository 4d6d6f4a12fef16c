import type { Explanation } from "./explanation";

/** What the popover shows. It stays as it was asked for while the numbers go on changing. */
export const answer: { shown: Explanation | null } = $state({ shown: null });
