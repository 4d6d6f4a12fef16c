import { join } from "node:path";
import { collapseNotice } from "../../runs/collapse";
import type { EvaluationRow } from "../../runs/evaluate";
import type { OpenSession } from "../../runs/open_session";
import type { SessionEvent } from "../../runs/session";
import { adapterOf } from "../../runs/start";
import { writeAdapter } from "../adapter_files";
import { writeBytes } from "../files";

/** Prints progress on standard error. */
export function report(event: SessionEvent): void {
  if (event.type === "step") {
    const { step, reward, entropy, step_time } = event.metrics;
    const gain = event.metrics["hindsight/gain"];
    const numbers = [
      `reward ${format(reward)}`,
      `revision gain ${format(gain)}`,
      `entropy ${format(entropy)}`,
    ];
    console.error(`update ${step}  ${numbers.join("  ")}  ${step_time.toFixed(2)} s`);
  } else if (event.type === "collapse") {
    console.error(collapseNotice(event).toLine());
  } else if (event.type === "evaluation") {
    for (const row of event.rows)
      console.error(`  evaluation after ${row.step}: ${row.split.padEnd(7)} ${told(row)}  (n ${row.n})`);
  }
}

const told = ({ reward, all_met, perplexity, kl }: EvaluationRow): string =>
  perplexity === undefined
    ? `reward ${format(reward)}  all met ${format(all_met)}${kl === undefined ? "" : `  KL ${format(kl)}`}`
    : `perplexity ${format(perplexity)}`;

const format = (value: unknown) => (typeof value === "number" ? value.toFixed(3) : "–");

/** Writes what a finished run leaves besides its lines: the adapter in PEFT's format, and the digest. */
export async function finish(folder: string, { session, learner }: OpenSession): Promise<void> {
  const adapter = await adapterOf(learner.policy.model, session.config);
  if (adapter) writeAdapter(join(folder, "adapter"), adapter);
  writeBytes(join(folder, "digest.txt"), `${session.digest}\n`);
}
