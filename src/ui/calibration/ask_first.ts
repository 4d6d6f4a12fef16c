import type { App } from "../state/app.svelte";

/** The runs and calibrations for which the reader has said to train all the same. */
const accepted = new Set<string>();

/** Starts training; asks first where the run's judge has shown that it errs too often. */
export async function askFirst(app: App, start: () => void): Promise<void> {
  const found = await app.trainer.judgeDoubts();
  const key = `${app.run.run?.runId} ${found?.created}`;
  if (!found || accepted.has(key)) return start();
  app.confirmation = {
    title: "Train on this judge?",
    message: `Measured on items whose truth is known, ${found.doubts.join("; and ")}. The policy learns whatever the judge rewards, its errors too.`,
    action: "Train all the same",
    perform() {
      accepted.add(key);
      start();
    },
  };
}
