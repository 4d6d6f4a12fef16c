import { hashOfText } from "../hash";
import type { StepState } from "../herl/trainer";
import type { EvaluationRow } from "./evaluate";

/** Changes whenever the fields below change: digests of different versions are not compared. */
export const digestVersion = 1;

/** The digest of a run before its first record. */
export const emptyDigest = `herl-digest-${digestVersion}`;

/**
 * The digest after one more record: SHA-256 over the digest so far and the record's fields as JSON (numbers in the
 * shortest form that gives back the same double, which the language defines). Token ids, rewards, advantages, losses,
 * gradient norms and evaluations count; times never do.
 */
export function extendDigest(digest: string, fields: unknown): string {
  return hashOfText(`${digest}\n${JSON.stringify(fields)}`);
}

/** The fields of a finished step. */
export const stepFields = ({ groups, update }: StepState): unknown => [
  groups.map(({ task, rollouts, revisions, joined, rows }) => [
    task.id,
    [...rollouts, ...revisions].map(({ rollout, reward }) => [rollout.ids, reward]),
    joined,
    rows.map(({ reward, advantage }) => [reward, advantage]),
  ]),
  update!.objective,
  update!.steps.map(({ gradNorm, skipped }) => [gradNorm, skipped]),
];

/** The fields of an evaluation. */
export const evaluationFields = (rows: readonly EvaluationRow[]): unknown =>
  rows.map(({ step, split, n, reward, all_met, by_id, perplexity, kl, kl_k1 }) => [
    ...[step, split, n, reward, all_met, by_id],
    ...[perplexity, kl, kl_k1].filter((value) => value !== undefined),
  ]);
