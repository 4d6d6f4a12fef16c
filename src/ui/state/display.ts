import type { Phase } from "../../herl/trainer";
import type {
  GroupView,
  ResponseView,
  StepView,
  TaskView,
  TokenReference,
  VerdictView,
} from "../../runs/protocol";
import { liveKey, type LiveTokens, type RunSnapshot } from "./run_model";

/** A line of the table of responses: one that is there, or one that is being sampled. */
export interface DisplayRow {
  readonly key: string;
  readonly source: "rollout" | "revision";
  readonly index: number;
  /** "3", and "3′" for the revision of 3. */
  readonly name: string;
  readonly draft: number | null;
  readonly ids: readonly number[];
  readonly response: ResponseView | null;
  /** Also before the phase that grades it has ended; null until then. */
  readonly verdicts: readonly VerdictView[] | null;
  /** A judge is at work on it. */
  readonly isPending: boolean;
}

/** A group as the panel shows it. */
export interface DisplayGroup extends TaskView {
  readonly rows: readonly DisplayRow[];
  /** Null while its responses are being sampled. */
  readonly phase: Phase | null;
  /** What the step has found; null while it is being sampled. */
  readonly view: GroupView | null;
}

const rowOf = (
  source: DisplayRow["source"],
  index: number,
  draft: number | null,
  ids: readonly number[],
  response: ResponseView | null,
): DisplayRow => ({
  ...{ source, index, draft, ids, response },
  ...{ verdicts: response?.verdicts ?? null, isPending: false },
  key: `${source}-${index}`,
  name: draft === null ? String(index + 1) : `${draft + 1}′`,
});

const rowsOf = (view: GroupView): DisplayRow[] =>
  view.responses.map((response) =>
    rowOf(response.source, response.index, response.draft, response.ids, response),
  );

type Shown = Pick<RunSnapshot, "run" | "step" | "live"> &
  Partial<Pick<RunSnapshot, "graded" | "judge" | "status">>;

/** The group at an index of the batch, as far as the step has got; null where there is none. */
export function displayGroup(shown: Shown, index: number): DisplayGroup | null {
  const { run, step, live } = shown;
  if (live && live.step !== step?.step) return run && sampledGroup(live, index, run.config.rollouts);
  const view = step?.groups[index];
  if (!view) return null;
  return {
    task: view.task,
    items: view.items,
    view,
    phase: step.phase,
    rows: [...withVerdicts(rowsOf(view), shown, index), ...revisionsOf(live, index, view)],
  };
}

/** Rows that are being judged, with the verdicts that have come already. */
function withVerdicts(rows: DisplayRow[], { step, live, graded, judge, status }: Shown, group: number) {
  if (!judge || live || (step?.phase !== "sample" && step?.phase !== "revise")) return rows;
  const isRunning = status === "playing" || status === "stepping" || status === "pausing";
  return rows.map((row) => {
    if (row.verdicts) return row;
    const verdicts = graded?.get(liveKey(row.source, group, row.index)) ?? null;
    return { ...row, verdicts, isPending: !verdicts && isRunning };
  });
}

/** How many responses of a step have no reward, because of an item that no judge decided, out of how many graded. */
export function leftOut({ groups }: Pick<StepView, "groups">): {
  readonly left: number;
  readonly of: number;
} {
  const graded = groups.flatMap(({ responses }) =>
    responses.flatMap(({ verdicts }) => (verdicts ? [verdicts] : [])),
  );
  const left = graded.filter((verdicts) => verdicts.some(({ status }) => status === "unknown")).length;
  return { left, of: graded.length };
}

/** A composed group, which has got as far as its advantages. */
export const composedGroup = (view: GroupView): DisplayGroup => ({
  ...{ task: view.task, items: view.items, view, phase: "advantage" },
  rows: rowsOf(view),
});

function sampledGroup(live: LiveTokens, group: number, rollouts: number): DisplayGroup | null {
  const task = live.tasks[group];
  if (!task) return null;
  const rows = Array.from({ length: rollouts }, (_, i) =>
    rowOf("rollout", i, null, live.ids.get(liveKey("rollout", group, i)) ?? [], null),
  );
  return { ...task, rows, phase: null, view: null };
}

/** Revisions that are being sampled right now. */
function revisionsOf(live: LiveTokens | null, group: number, view: GroupView): DisplayRow[] {
  if (!live) return [];
  const drafts = view.responses.filter(({ source, chosen }) => source === "rollout" && chosen);
  return drafts.flatMap(({ index: draft }, i) => {
    const ids = live.ids.get(liveKey("revision", group, draft));
    return ids ? [rowOf("revision", i, draft, ids, null)] : [];
  });
}

/** Mean reward of a group's rollouts; null before they are graded. */
export function meanReward({ responses }: GroupView): number | null {
  const rewards = responses.flatMap(({ source, reward }) =>
    source === "rollout" && reward !== null ? [reward] : [],
  );
  return rewards.length === 0 ? null : rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
}

/**
 * The token to look at when the reader has chosen none: the one whose logit receives most, or before there is a
 * gradient the one that was least expected.
 */
export function remarkableToken(view: GroupView, group: number): TokenReference | null {
  let best: TokenReference | null = null;
  let most = -Infinity;
  const hasGradient = view.responses.some(({ gradient }) => gradient !== null);
  for (const { source, index, logprobs, gradient } of view.responses) {
    if (hasGradient && !gradient) continue;
    logprobs.forEach((logprob, token) => {
      const worth = gradient
        ? Math.abs(gradient.coefficients[token]) * gradient.unsampledMass[token]
        : -logprob;
      if (worth <= most) return;
      most = worth;
      best = { group, source, index, token };
    });
  }
  return best;
}

/** The first of some tokens that a step has; where it has none of them, the most remarkable one of a group. */
export function tokenOf(
  { groups }: StepView,
  candidates: readonly (TokenReference | null)[],
  group: number,
): TokenReference | null {
  for (const candidate of candidates)
    if (candidate && responseAt(groups, candidate)?.ids[candidate.token] !== undefined) return candidate;
  return groups[group] ? remarkableToken(groups[group], group) : null;
}

/** The response that a token belongs to. */
export const responseAt = (
  groups: readonly GroupView[],
  { group, source, index }: TokenReference,
): ResponseView | undefined =>
  groups[group]?.responses.find((response) => response.source === source && response.index === index);

export const sameToken = (a: TokenReference | null, b: TokenReference | null): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.group === b.group &&
    a.source === b.source &&
    a.index === b.index &&
    a.token === b.token);
