import { bonuses, groupAdvantages } from "../../herl/advantage";
import type { AdvantageConfig, BonusConfig } from "../../herl/config";
import { hasPassed, type Revision, type Sample } from "../../herl/group";
import { decimal, signed } from "../../figures/format";
import type { GroupView } from "../../runs/protocol";
import type { RowBars } from "./row_bars";

/** The graded rewards of a group on screen, and the revision that joined it or might. */
export interface GroupRewards {
  readonly rollouts: readonly { readonly index: number; readonly reward: number }[];
  /** Place in `rollouts` of the draft. */
  readonly draft: number;
  /** Reward of the revision that was sampled; null before it is, or when there is none. */
  readonly revision: number | null;
  readonly hasPassed: boolean;
  /** What a revision that meets one more item than its draft would earn. */
  readonly suggested: number;
}

/** Null before a response is graded. */
export function groupOf({ responses, items }: GroupView): GroupRewards | null {
  const rollouts = responses.flatMap(({ source, index, reward }) =>
    source === "rollout" && reward !== null ? [{ index, reward }] : [],
  );
  if (rollouts.length === 0) return null;
  const best = Math.max(...rollouts.map(({ reward }) => reward));
  const revisions = responses.filter(({ source, reward }) => source === "revision" && reward !== null);
  const revision = revisions.find(({ chosen }) => chosen) ?? revisions[0];
  const chosen = revision?.draft ?? responses.find((r) => r.source === "rollout" && r.chosen)?.index;
  const draft = rollouts.findIndex(({ index, reward }) =>
    chosen === undefined || chosen === null ? reward === best : index === chosen,
  );
  return {
    rollouts,
    draft: Math.max(0, draft),
    revision: revision?.reward ?? null,
    hasPassed: hasPassed({ reward: best }),
    suggested: Math.min(1, best + 1 / Math.max(1, items.length)),
  };
}

/** Rewards with the bonus, and advantages without a revision and with one of this reward: the method's own functions. */
export function groupTable(
  { rollouts, draft }: GroupRewards,
  config: { readonly bonus: BonusConfig; readonly advantage: AdvantageConfig },
  revised: number,
): RowBars {
  const rows = rollouts.map(({ reward }) => ({ source: "rollout" as const, reward }));
  const alone = groupAdvantages(rows, config.advantage);
  const samples = rollouts.map(({ reward }) => sampleOf(reward));
  const revision: Revision = { ...sampleOf(revised), draft, context: [] };
  const bonus = bonuses(samples, [revision], config.bonus);
  const isBefore = config.bonus.when === "before";
  const withBonus = rows.map((row, i) => ({ ...row, reward: row.reward + (isBefore ? bonus[i] : 0) }));
  const joined = groupAdvantages(
    [...withBonus, { source: "revision" as const, reward: revised }],
    config.advantage,
  );
  return {
    rowName: "response",
    columns: [
      { name: "reward", kind: "amount", format: (value) => decimal(value), atLeast: 1 },
      { name: "A without", kind: "signed", format: (value) => signed(value), atLeast: 1 },
      { name: "A with revision", kind: "signed", format: (value) => signed(value), atLeast: 1 },
    ],
    rows: [
      ...rollouts.map(({ index }, i) => ({
        label: `${index + 1}${i === draft ? ", draft" : ""}`,
        values: [withBonus[i].reward, alone[i], joined[i] + (isBefore ? 0 : bonus[i])],
      })),
      {
        label: `revision of ${rollouts[draft].index + 1}`,
        values: [revised, null, joined[rollouts.length]],
        isHindsight: true,
        isStrong: true,
      },
    ],
  };
}

const nothing = new Float32Array(0);

/** A response, as far as rewards go. */
const sampleOf = (reward: number): Sample => ({
  rollout: { ids: [], logprobs: nothing, entropies: nothing, finish: "stop" },
  text: "",
  verdicts: [],
  reward,
});
