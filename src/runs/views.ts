import { diffusionOf, effectiveCount, flowsOf, shareOf } from "../analysis/flows";
import { advantageAt, type Group, type ProcessScores, type Row, type Sample } from "../herl/group";
import { weightOf } from "../herl/objective";
import { withScoreReward } from "../herl/process";
import type { StepState } from "../herl/trainer";
import type { TrainedRow } from "../herl/update";
import type { Task } from "../rubric/schema";
import type {
  GroupView,
  ItemView,
  ResponseView,
  SegmentView,
  StepView,
  TaskView,
  TokenGradientView,
} from "./protocol";

/** A step's state as plain data for the page. */
export function stepView({ phase, groups, update, transfer, bound }: StepState, step: number): StepView {
  const rows = update?.rows ?? [];
  const revisionLogprobs = new Map(transfer?.revisions.map(({ group, without }) => [group, without]));
  const diffusion = update && diffusionOf(rows, revisionLogprobs);
  return {
    ...{ step, phase },
    groups: groups.map((group, g) =>
      groupView(
        group,
        rows.filter((row) => row.group === g),
      ),
    ),
    flows: update && {
      all: flowsOf(rows),
      rollouts: flowsOf(rows, "rollout"),
      revisions: flowsOf(rows, "revision"),
    },
    desiredShare: diffusion && shareOf(diffusion),
    ...{ diffusion, transfer, bound },
  };
}

/** A group as plain data, with the gradients of its rows if there are any yet. */
export function groupView(group: Group, trained: readonly TrainedRow[] = []): GroupView {
  const { task, rollouts, revisions, rows, drafts, joined, droppedPrompts } = group;
  const view = (
    sample: Sample,
    source: ResponseView["source"],
    index: number,
    draft: number | null,
  ): ResponseView => {
    const row = rows.find((r) => r.source === source && r.index === index);
    const own = trained.find((r) => r.source === source && r.index === index);
    const { rollout, text, verdicts, reward, shown, origin, process } = withScoreReward(sample);
    return {
      ...{ source, index, draft, text, reward },
      chosen: source === "rollout" ? drafts.includes(index) : joined === index,
      ids: rollout.ids,
      logprobs: [...rollout.logprobs],
      entropies: [...rollout.entropies],
      finish: rollout.finish,
      verdicts: verdicts.length === 0 ? null : verdicts,
      bonus: row?.bonus ?? 0,
      ...(row?.overlong && { overlong: row.overlong }),
      ...(shown && { shown }),
      ...(origin && { origin }),
      ...(process && { segments: segmentViews(process, row) }),
      advantage: row?.advantage ?? null,
      gradient: own ? gradientView(own) : null,
    };
  };
  return {
    ...taskView(task),
    responses: [
      ...rollouts.map((sample, i) => view(sample, "rollout", i, null)),
      ...revisions.map((sample, i) => ({
        ...view(sample, "revision", i, sample.draft),
        ...(sample.replayed && {
          replayed: { prompt: sample.replayed.task.prompt, items: sample.replayed.items },
        }),
      })),
    ],
    mean: rows.length === 0 ? null : rows.reduce((sum, { reward }) => sum + reward, 0) / rows.length,
    droppedPrompts,
  };
}

const segmentViews = ({ segments, scores }: ProcessScores, row: Row | undefined): SegmentView[] =>
  segments.map(({ text, start, end }, t) => ({
    text: text.trim(),
    tokens: end - start,
    score: scores?.[t] ?? null,
    advantage: row ? advantageAt(row, start) : null,
  }));

export const taskView = (task: Task): TaskView => ({
  task: { id: task.id, prompt: task.prompt },
  items: itemViews(task),
});

const itemViews = ({ rubric }: Task): ItemView[] =>
  rubric.map(({ text, weight, polarity, check }) => ({
    ...{ text, weight, polarity },
    verifier: check.by === "code" ? check.verifier : null,
  }));

function gradientView({ gradients, terms, weighting }: TrainedRow): TokenGradientView {
  const { coefficients, unsampledMass, unsampledLogs } = gradients;
  return {
    coefficients: [...coefficients],
    ratios: terms.map(({ ratio }) => ratio),
    clipped: terms.map(({ clipped }) => clipped),
    weights: terms.map((term) => weightOf(weighting, term)),
    unsampledMass: [...unsampledMass],
    effectiveCounts: Array.from(unsampledMass, (mass, t) => effectiveCount(mass, unsampledLogs[t])),
  };
}
