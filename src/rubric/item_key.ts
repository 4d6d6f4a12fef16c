import type { RubricItem } from "./schema";

/** What an item is counted under across tasks: its verifier's id, or the text that a judge is asked. */
export const itemKey = ({ check, text }: Pick<RubricItem, "check" | "text">): string =>
  check.by === "code" ? check.verifier : `judge: ${text}`;
