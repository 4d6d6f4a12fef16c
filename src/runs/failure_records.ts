import { wasSampled, type Group, type Sample } from "../herl/group";
import type { StepState } from "../herl/trainer";
import { itemKey } from "../rubric/item_key";
import type { Verdict } from "../rubric/schema";

/** One line of `failures.jsonl`: an item that some response of a group left unmet, or that could not be graded. */
export interface FailureRecord {
  readonly step: number;
  readonly group: number;
  readonly task: string;
  /** Its place in the rubric, its key across tasks (`itemKey`) and its text. */
  readonly item: number;
  readonly key: string;
  readonly text: string;
  /** Rollouts that were graded on the item, and how many of them left it unmet. */
  readonly graded: number;
  readonly unmet: number;
  /** Why it could not be graded, each reason once, revisions included. */
  readonly unknown: readonly string[];
  /** The draft that was revised (or the best rollout where none was), and its verdict on the item. */
  readonly draft: { readonly index: number; readonly text: string; readonly status: Verdict["status"] };
  /** The best revision of that draft; null without one. */
  readonly revision: {
    readonly index: number;
    readonly text: string;
    readonly status: Verdict["status"];
    readonly joined: boolean;
  } | null;
}

/** One record an item of each group's rubric that is not satisfied by all. */
export const failureRecords = ({ groups }: StepState, step: number): FailureRecord[] =>
  groups.flatMap((group, g) =>
    // What somebody else wrote is no failure of the policy.
    (group.rollouts.every(wasSampled) ? group.task.rubric : []).flatMap((item, i): FailureRecord[] => {
      const { rollouts, revisions } = group;
      const statuses = rollouts.map(({ verdicts }) => verdicts[i].status);
      const unmet = statuses.filter((status) => status === "unmet").length;
      const graded = statuses.filter((status) => status !== "unknown").length;
      const reasons = [...rollouts, ...revisions].flatMap(({ verdicts }) => {
        const verdict = verdicts[i];
        return verdict.status === "unknown" ? [verdict.reason] : [];
      });
      const { draft, revision } = revised(group);
      const status = (sample: Sample) => sample.verdicts[i].status;
      const broken = revision !== null && status(revisions[revision]) === "unmet";
      if (unmet === 0 && reasons.length === 0 && !broken) return [];
      return [
        {
          ...{ step, group: g, task: group.task.id, item: i, key: itemKey(item), text: item.text },
          ...{ graded, unmet, unknown: [...new Set(reasons)] },
          draft: { index: draft, text: rollouts[draft].text, status: status(rollouts[draft]) },
          revision: revision === null ? null : revisionOf(group, revision, i),
        },
      ];
    }),
  );

const revisionOf = ({ revisions, joined }: Group, index: number, item: number) => ({
  index,
  text: revisions[index].text,
  status: revisions[index].verdicts[item].status,
  joined: joined === index,
});

/** The best revision and the draft that it revises; without revisions, the best rollout. A replayed draft is none. */
function revised({ rollouts, revisions }: Group): { draft: number; revision: number | null } {
  if (revisions.every(({ replayed }) => replayed)) return { draft: best(rollouts), revision: null };
  const revision = best(revisions);
  return { draft: revisions[revision].draft, revision };
}

const best = (samples: readonly Sample[]): number =>
  samples.reduce((top, { reward }, index) => ((reward ?? -1) > (samples[top].reward ?? -1) ? index : top), 0);
