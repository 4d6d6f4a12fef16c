import type { ResponseView } from "../../runs/protocol";

/** "response 3", "the revision of 3", "reference 3", "the rejected response". */
export function responseName({
  source,
  index,
  draft,
  origin,
}: Pick<ResponseView, "source" | "index" | "draft" | "origin">): string {
  if (origin === "rejected") return "the rejected response";
  if (origin === "reference") return `reference ${index + 1}`;
  return source === "rollout" ? `response ${index + 1}` : `the revision of ${draft! + 1}`;
}
