import { HerlError } from "../errors";
import { proposeSplit } from "../rubric/judge/propose_split";
import type { FailureLog } from "./failure_report";
import type { OpenSession } from "./open_session";
import { splittable } from "./splits";

/**
 * The texts that the run's judge would put in the place of a judged item; the latest drafts that missed it are shown to
 * it. Rejects with RUBRIC_INVALID where no judged item has this key, and as `proposeSplit` does.
 */
export async function askForSplit(
  open: Pick<OpenSession, "session" | "judge"> | null,
  key: string,
  log: readonly FailureLog[],
): Promise<{ readonly texts: readonly string[] }> {
  const item = open && splittable(key, open.session.splitContext());
  if (item?.check.by !== "judge") {
    throw new HerlError(
      "RUBRIC_INVALID",
      `No judged item ${key} of the latest tasks can be split`,
      "Choose one of the items that are proposed",
    );
  }
  const missed = log.flatMap(({ failures }) =>
    failures.flatMap((line) => (line.key === key && line.draft.status === "unmet" ? [line.draft.text] : [])),
  );
  const { texts } = await proposeSplit(open!.judge, { item, responses: missed.reverse() });
  return { texts };
}
