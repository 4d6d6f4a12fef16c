/** What a policy keeps failing, how often a revision mends it, and what training changed of it. */
import { meanOrNull } from "./mean";
import { rate, type Rate } from "./intervals";

type Status = "satisfied" | "unmet" | "unknown";

/** What is read of a line of `failures.jsonl`: an item that some response of a group missed. */
export interface FailureLine {
  readonly task: string;
  readonly key: string;
  readonly text: string;
  readonly unmet: number;
  readonly unknown: readonly string[];
  readonly draft: { readonly text: string; readonly status: Status };
  readonly revision: { readonly text: string; readonly status: Status; readonly joined: boolean } | null;
}

/** One update: its lines, and by item key the share of graded rollouts that satisfied the item. */
export interface UpdateFailures {
  readonly step: number;
  readonly satisfied: Readonly<Record<string, number>>;
  readonly failures: readonly FailureLine[];
}

/** A draft beside its revision. */
export interface FailureExample {
  readonly step: number;
  readonly task: string;
  /** The item as this task words it. */
  readonly text: string;
  /** What became of the item: the revision met it, lost it, or missed it as the draft did. */
  readonly outcome: "fixed" | "broken" | "missed";
  readonly draft: string;
  readonly revision: string;
  readonly joined: boolean;
}

/** What the record says of one item, over all tasks that have it. */
export interface ItemFailures {
  readonly key: string;
  /** As the latest line words it: what code decides has other parameters in other tasks. */
  readonly text: string;
  /** Updates in which some rollout was graded on it. */
  readonly updates: number;
  /** Mean over those updates of the share of rollouts that missed it; null where none was graded. */
  readonly missed: number | null;
  /** The same over the first and the last tenth of all updates. */
  readonly first: number | null;
  readonly last: number | null;
  /** Rollouts that missed it. */
  readonly unmet: number;
  /** Of the groups whose revised draft missed it and whose best revision was graded on it: those that it met it in. */
  readonly fixed: Rate;
  /** Groups whose best revision lost it, though the draft had it. */
  readonly broken: number;
  /** Why it could not be graded: each reason with the groups that it was given in, the most frequent first. */
  readonly unknown: readonly { readonly reason: string; readonly groups: number }[];
  /** Share of rollouts that satisfied it, by update. */
  readonly satisfied: readonly { readonly step: number; readonly share: number }[];
  /** The latest ones of each outcome. */
  readonly examples: readonly FailureExample[];
}

const mostExamples = { fixed: 3, broken: 2, missed: 2 } as const;

/** One entry an item, the most missed first; updates are in order. Items that were never missed are among them. */
export function itemFailures(updates: readonly UpdateFailures[]): ItemFailures[] {
  const keys = new Set(
    updates.flatMap(({ satisfied, failures }) => [
      ...Object.keys(satisfied),
      ...failures.map(({ key }) => key),
    ]),
  );
  const lines = new Map<string, (FailureLine & { step: number })[]>();
  for (const { step, failures } of updates)
    for (const line of failures) {
      const own = lines.get(line.key);
      if (own) own.push({ ...line, step });
      else lines.set(line.key, [{ ...line, step }]);
    }
  return [...keys]
    .map((key) => summary(key, updates, lines.get(key) ?? []))
    .sort((a, b) => (b.missed ?? 0) - (a.missed ?? 0) || (a.key < b.key ? -1 : 1));
}

function summary(
  key: string,
  updates: readonly UpdateFailures[],
  lines: readonly (FailureLine & { readonly step: number })[],
): ItemFailures {
  const satisfied = sharesOf(key, updates);
  const tenth = Math.ceil(updates.length / 10);
  const steps = (of: readonly UpdateFailures[]) => new Set(of.map(({ step }) => step));
  const missedIn = (of: ReadonlySet<number>) =>
    meanOrNull(satisfied.flatMap(({ step, share }) => (of.has(step) ? [1 - share] : [])));
  const outcomes = lines.map(outcomeOf);
  const count = (outcome: FailureExample["outcome"]) => outcomes.filter((one) => one === outcome).length;
  return {
    ...{ key, text: lines.at(-1)?.text ?? key, satisfied, updates: satisfied.length },
    missed: meanOrNull(satisfied.map(({ share }) => 1 - share)),
    first: missedIn(steps(updates.slice(0, tenth))),
    last: missedIn(steps(updates.slice(-tenth))),
    unmet: lines.reduce((sum, { unmet }) => sum + unmet, 0),
    fixed: rate(count("fixed"), count("fixed") + count("missed")),
    broken: count("broken"),
    unknown: reasonsOf(lines),
    examples: (["fixed", "broken", "missed"] as const).flatMap((outcome) =>
      lines
        .filter((_, i) => outcomes[i] === outcome)
        .slice(-mostExamples[outcome])
        .reverse()
        .map((line) => exampleOf(line, outcome)),
    ),
  };
}

const sharesOf = (key: string, updates: readonly UpdateFailures[]) =>
  updates.flatMap(({ step, satisfied }) => {
    const share: number | undefined = satisfied[key];
    return share === undefined ? [] : [{ step, share }];
  });

/** Null without a revision, and where either verdict is unknown or both are satisfied. */
function outcomeOf({ draft, revision }: FailureLine): FailureExample["outcome"] | null {
  if (revision === null) return null;
  if (draft.status === "satisfied") return revision.status === "unmet" ? "broken" : null;
  if (draft.status === "unknown" || revision.status === "unknown") return null;
  return revision.status === "satisfied" ? "fixed" : "missed";
}

const exampleOf = (
  { step, task, text, draft, revision }: FailureLine & { readonly step: number },
  outcome: FailureExample["outcome"],
): FailureExample => ({
  ...{ step, task, text, outcome },
  ...{ draft: draft.text, revision: revision!.text, joined: revision!.joined },
});

function reasonsOf(lines: readonly FailureLine[]): ItemFailures["unknown"] {
  const groups = new Map<string, number>();
  for (const { unknown } of lines)
    for (const reason of unknown) groups.set(reason, (groups.get(reason) ?? 0) + 1);
  return [...groups].map(([reason, groups]) => ({ reason, groups })).sort((a, b) => b.groups - a.groups);
}
