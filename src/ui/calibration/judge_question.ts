import type { Confirmation } from "../state/confirmation";
import type { Trainer } from "../trainer";

/** The runs and calibrations for which the reader has said to train all the same. */
const accepted = new Set<string>();

/**
 * What to ask before a run trains whose judge has shown that it errs too often; null where there is nothing to ask.
 * `start` is what comes after a yes.
 */
export async function judgeQuestion(
  trainer: Pick<Trainer, "judgeDoubts">,
  runId: string,
  start: () => void,
): Promise<Confirmation | null> {
  const found = await trainer.judgeDoubts();
  const key = `${runId} ${found?.created}`;
  if (!found || accepted.has(key)) return null;
  return {
    title: "Train on this judge?",
    message: `Measured on items whose truth is known, ${found.doubts.join("; and ")}. The policy learns whatever the judge rewards, its errors too.`,
    action: "Train all the same",
    perform() {
      accepted.add(key);
      start();
    },
  };
}
