import { groupRows } from "./advantage";
import type { MethodConfig } from "./config";
import type { Group, Row } from "./group";
import { segmentRows } from "./process";

/** The rows that a group is trained on: by its responses' rewards, or by the scores of their segments. */
export const rowsOf = (
  { rollouts, revisions, joined }: Pick<Group, "rollouts" | "revisions" | "joined">,
  taking: readonly number[],
  config: MethodConfig,
): Row[] =>
  config.process.scores === "segments"
    ? segmentRows(rollouts, taking, config.process)
    : groupRows(rollouts, taking, revisions, joined, config);
