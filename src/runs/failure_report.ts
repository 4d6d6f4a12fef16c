import { itemFailures, type ItemFailures, type UpdateFailures } from "../analysis/failures";
import type { RubricChange } from "../rubric/adaptive/rubric_change";
import { itemKey } from "../rubric/item_key";
import type { FailureRecord } from "./failure_records";
import type { MetricsRow } from "./metrics";
import type { Session } from "./session";
import { allowsSplits, type SplitProposal } from "./splits";

/** What is recorded of an update about items. */
export interface FailureLog {
  readonly metrics: MetricsRow;
  readonly failures: readonly FailureRecord[];
}

/** The mean weight of an item in the tasks of an update, before and after reweighting. */
export interface ItemWeight {
  readonly key: string;
  /** Items of the update that have this key. */
  readonly items: number;
  readonly before: number;
  readonly after: number;
}

/** What a run keeps failing, and what adaptive rubrics make of it. Plain data. */
export interface FailureReport {
  readonly updates: number;
  readonly items: readonly ItemFailures[];
  /** Of the update that comes next. */
  readonly weights: readonly ItemWeight[];
  readonly nextStep: number;
  readonly changes: readonly RubricChange[];
  readonly proposals: readonly SplitProposal[];
  /** Why there can be none; null where there can. */
  readonly noProposals: "off" | "numbers" | null;
}

export function failureReport(log: readonly FailureLog[], session: Session): FailureReport {
  const { config, nextStep, changes } = session;
  return {
    ...{ updates: log.length, nextStep, changes },
    items: itemFailures(log.map(updateFailures)),
    weights: weightsOf(session),
    proposals: session.proposals(),
    noProposals: config.adaptive.propose === 0 ? "off" : allowsSplits(config) ? null : "numbers",
  };
}

const satisfied = /^rubric\/(.*)\/satisfied$/s;

/** What `rubric/…/satisfied` of the metrics and the lines of `failures.jsonl` say of an update. */
export const updateFailures = ({ metrics, failures }: FailureLog): UpdateFailures => ({
  step: metrics.step,
  satisfied: Object.fromEntries(
    Object.entries(metrics).flatMap(([name, value]): [string, number][] => {
      const key = satisfied.exec(name)?.[1];
      return key !== undefined && typeof value === "number" ? [[key, value]] : [];
    }),
  ),
  failures,
});

function weightsOf(session: Session): ItemWeight[] {
  const sums = new Map<string, { items: number; before: number; after: number }>();
  for (const { split, adapted } of session.tasksOf(session.nextStep))
    adapted.rubric.forEach((item, i) => {
      const key = itemKey(item);
      const { items, before, after } = sums.get(key) ?? { items: 0, before: 0, after: 0 };
      sums.set(key, {
        ...{ items: items + 1, before: before + split[i].weight, after: after + item.weight },
      });
    });
  return [...sums].map(([key, { items, before, after }]) => ({
    ...{ key, items, before: before / items, after: after / items },
  }));
}
