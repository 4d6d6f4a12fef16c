import { decimal, significant, signedSignificant } from "../../figures/format";
import type { RunConfig } from "../../runs/config";
import { usesWritten } from "../../herl/config";
import { hasPassed, rewardTolerance } from "../../herl/group";
import type { Phase } from "../../herl/trainer";
import type { GroupView, ResponseView } from "../../runs/protocol";

/** What is going on in a group, in words: the point of it, then how it came about. */
export interface Explanation {
  readonly lead: string;
  readonly rest: string;
}

type Method = Pick<
  RunConfig,
  "variant" | "rollouts" | "temperature" | "hindsight" | "bonus" | "objective" | "preference" | "process"
>;

/** Composes the explanation from what the step has found up to `phase`. Null phase: the responses are being sampled. */
export function explainGroup(group: GroupView, phase: Phase | null, config: Method): Explanation {
  const rollouts = group.responses.filter(({ source }) => source === "rollout");
  if (phase === null || phase === "sample")
    return usesWritten(config)
      ? explainWritten(phase === "sample", rollouts)
      : explainSampling(phase === "sample", rollouts.length, config);
  const drafts = rollouts.filter(({ chosen }) => chosen);
  const ungraded = rollouts.filter(({ reward }) => reward === null);
  const parts = (lead: string, ...rest: string[]): Explanation => ({
    lead,
    rest: [...rest, explainUngraded(ungraded)].filter(Boolean).join(" "),
  });
  if (config.process.scores !== "none") return parts(...explainScores(rollouts, config.process));
  const { loss } = config.objective;
  if (loss === "crossEntropy") return parts(...explainLikelihood(rollouts));
  const hasAdvantages = phase === "advantage" || phase === "gradient" || phase === "update";
  if (loss === "preference" && (hasAdvantages || usesWritten(config))) return parts(...explainPair(rollouts));
  if (hasAdvantages && isFlat(group))
    return parts(
      "All rewards are equal, so this group gives no gradient.",
      "No response is better than another: every advantage is exactly 0, and the update leaves the group out.",
      explainRevisions(group, drafts, phase, config),
    );
  if (phase === "grade" || drafts.length === 0) return parts(...explainGrades(rollouts, phase, config));
  return parts(leadOf(group, drafts, phase, config), explainRevisions(group, drafts, phase, config));
}

function explainSampling(isDone: boolean, sampled: number, { rollouts, temperature }: Method): Explanation {
  const rest = `Every token is drawn from the policy itself at temperature ${significant(temperature)}; nothing is forced.`;
  if (isDone)
    return {
      lead: `${sampled} ${sampled === 1 ? "response" : "responses"} to one instruction, not graded yet.`,
      rest,
    };
  return { lead: `${rollouts} responses are being sampled.`, rest };
}

/** Responses that somebody else wrote, before they are graded. */
function explainWritten(isDone: boolean, written: readonly ResponseView[]): Explanation {
  const rest =
    "Nothing is sampled. The policy is only asked how likely it finds each token of what somebody else wrote.";
  const count = `${written.length} written ${written.length === 1 ? "response" : "responses"}, not graded yet.`;
  return { lead: isDone ? count : "Written responses are being read.", rest };
}

/** ExpRL. */
function explainScores(
  rollouts: readonly ResponseView[],
  { scores }: RunConfig["process"],
): [string, ...string[]] {
  const right = rollouts.filter(({ verdicts }) => verdicts?.every(({ status }) => status === "satisfied"));
  const lead =
    right.length === 0
      ? "No response meets every item."
      : `${listOf("Response", right)} ${right.length === 1 ? "meets" : "meet"} every item.`;
  return [
    lead,
    scores === "segments"
      ? "What is trained on are scores against a reference that the policy never sees: every segment is pushed up or down by its own advantage, whatever came of the whole."
      : "What is trained on is a score against a reference that the policy never sees, compared with the group's mean.",
  ];
}

/** SFT. */
function explainLikelihood(references: readonly ResponseView[]): [string, ...string[]] {
  const passed = references.filter(hasPassed).length;
  const lead = `${passed} of ${references.length} references ${passed === 1 ? "meets" : "meet"} every item.`;
  return [lead, "SFT makes every token of each of them likelier, whatever its reward."];
}

/** DPO. */
function explainPair(rollouts: readonly ResponseView[]): [string, ...string[]] {
  const told = "DPO raises the margin between the two, measured from the policy that the run started from.";
  if (rollouts.some(({ origin }) => origin === "rejected"))
    return ["The reference is preferred to the rejected response.", `${told} Neither was sampled.`];
  const [chosen, rejected] = [1, -1].map((a) => rollouts.find(({ advantage }) => advantage === a));
  if (!chosen || !rejected)
    return [
      "All rewards are equal, so this group gives no pair.",
      "No response is better than another, and the update leaves the group out.",
    ];
  return [
    `Response ${chosen.index + 1} is preferred to response ${rejected.index + 1}.`,
    `${told} The other responses take no part.`,
  ];
}

function explainGrades(
  rollouts: readonly ResponseView[],
  phase: Phase,
  config: Method,
): [string, ...string[]] {
  const known = rollouts.filter(({ reward }) => reward !== null);
  const passed = known.filter(hasPassed);
  const best = Math.max(...known.map(({ reward }) => reward!));
  if (known.length === 0) return ["No response could be graded, so the group takes no part."];
  const comparison = "Each response is pushed up or down by how it compares with the group's mean.";
  if (passed.length > 0) {
    const lead =
      passed.length === known.length
        ? `All ${known.length} responses meet every item.`
        : `${listOf("Response", passed)} ${passed.length === 1 ? "meets" : "meet"} every item.`;
    const { enabled, rewriteWhen } = config.hindsight;
    const revision =
      enabled && rewriteWhen === "nonePassed"
        ? "The group shows the way by itself, so nothing is revised."
        : "";
    return [lead, revision, phase === "grade" ? "" : comparison];
  }
  const top = known.filter(({ reward }) => reward! >= best - rewardTolerance);
  const lead =
    best <= rewardTolerance
      ? "No response meets any item."
      : `No response meets every item; the best reward is ${decimal(best)}.`;
  if (!config.hindsight.enabled)
    return [
      lead,
      `${config.variant === "rlvr" ? "RLVR revises nothing" : "Nothing is revised"}: the group learns only from what it happened to sample.`,
      phase === "grade" ? "" : comparison,
    ];
  if (phase !== "grade") return [lead, "Nothing was chosen for revision.", comparison];
  const used = config.hindsight.edit === "instruction" ? "replayed" : "revised";
  const next =
    top.length === 1
      ? `Response ${top[0].index + 1} is the nearest miss and will be ${used}.`
      : `${top.length} responses are equally near; the seed draws which is ${used}.`;
  return [lead, next];
}

const leadOf = (
  group: GroupView,
  drafts: readonly ResponseView[],
  phase: Phase,
  { hindsight }: Method,
): string => {
  const failed = `${listOf("Response", drafts)} failed, but ${drafts.length === 1 ? "was the nearest miss" : "were the nearest misses"}.`;
  const joined = group.responses.find(({ source, chosen }) => source === "revision" && chosen);
  if (phase === "select" || phase === "revise" || hindsight.edit === "instruction") return failed;
  return joined ? failed : `${listOf("Response", drafts)} failed, and revising did not help.`;
};

function explainRevisions(
  group: GroupView,
  drafts: readonly ResponseView[],
  phase: Phase,
  config: Method,
): string {
  if (drafts.length === 0) return "";
  if (config.hindsight.edit === "instruction") return explainReplay(group, phase);
  const it = drafts.length === 1 ? "It" : "Each";
  if (phase === "select")
    return `${it} will be shown to the policy again, with ${missedOf(drafts[0])}, to be revised.`;
  const revisions = group.responses.filter(({ source }) => source === "revision");
  const dropped =
    group.droppedPrompts > 0
      ? `${group.droppedPrompts} prompt for revision did not fit the context and was left out.`
      : "";
  if (revisions.length === 0) return dropped;
  const saw = `The policy saw ${drafts.length === 1 ? "it" : "each"} again with ${missedOf(drafts[0])}, and revised`;
  if (phase === "revise") return `${saw}. The revision is not graded yet. ${dropped}`.trim();
  const best = revisions.find(({ chosen }) => chosen) ?? revisions[0];
  const draft = group.responses.find(({ source, index }) => source === "rollout" && index === best.draft);
  return [
    `${saw}; ${verdictOn(best, draft, config)}`,
    explainBonus(draft, best, phase, config),
    best.chosen ? explainWeight(best, config) : "",
    dropped,
  ]
    .filter(Boolean)
    .join(" ");
}

/** HiR: the instruction is edited, not the answer. */
function explainReplay({ droppedPrompts }: GroupView, phase: Phase): string {
  if (phase === "select") return "Its instruction will be cut down to what it satisfied.";
  if (droppedPrompts > 0) return "It satisfied nothing that can be asked for alone, so it is not replayed.";
  return "It is replayed after an instruction with only what it satisfied, as a success; nothing new is generated.";
}

function verdictOn(revision: ResponseView, draft: ResponseView | undefined, { hindsight }: Method): string {
  if (revision.reward === null) return "the revision could not be graded and stays out.";
  const change = `${decimal(draft?.reward ?? 0)} → ${decimal(revision.reward)}`;
  if (revision.chosen) return `the revision (${change}) joined the group.`;
  const wanted = hindsight.accept === "strict" ? "better than" : "at least as good as";
  return `the revision (${change}) is not ${wanted} its draft and stays out.`;
}

/** The bonus of equation (8) with its numbers. */
function explainBonus(
  draft: ResponseView | undefined,
  revision: ResponseView,
  phase: Phase,
  { bonus }: Method,
): string {
  if (!draft || draft.bonus === 0 || draft.reward === null || revision.reward === null || phase === "regrade")
    return "";
  const gain = revision.reward - draft.reward;
  const formula = `α(r′ − r) = ${significant(bonus.alpha)} × ${gain < 0 ? `(${decimal(gain)})` : decimal(gain)} = ${signedSignificant(draft.bonus)}`;
  return draft.bonus > 0
    ? `Response ${draft.index + 1} keeps a bonus of ${formula} for being worth revising.`
    : `Response ${draft.index + 1} loses ${formula}: its revision is worse.`;
}

/** What a token of the revision counts for, in words. */
function explainWeight({ gradient }: ResponseView, { variant, hindsight }: Method): string {
  const context =
    hindsight.context === "dropped"
      ? `${variant === "naivehe" ? "NaiveHE" : "The update"} trains it as if it had been sampled from the instruction alone: the hindsight is dropped.`
      : "";
  if (hindsight.weight === "clipped") return context;
  if (!gradient || gradient.weights.length === 0) return context;
  const mean = gradient.weights.reduce((sum, weight) => sum + weight, 0) / gradient.weights.length;
  const formula =
    hindsight.weight === "shaped" ? `ρ·f′(ρ) = ${significant(mean)}` : `ρ = ${significant(mean)}`;
  return `${context} Each token of the revision weighs ${formula} of a rollout's.`.trim();
}

const missedOf = ({ verdicts }: ResponseView): string => {
  const missed = (verdicts ?? []).flatMap(({ status }, i) => (status === "unmet" ? [i] : []));
  return missed.length === 0 ? "its draft" : `the missing ${itemNumbers(missed)}`;
};

/** "items 1 and 3", of indices. */
export const itemNumbers = (items: readonly number[]): string =>
  `${items.length === 1 ? "item" : "items"} ${joined(items.map((i) => String(i + 1)))}`;

const explainUngraded = (ungraded: readonly ResponseView[]): string =>
  ungraded.length === 0
    ? ""
    : `${listOf("Response", ungraded)} could not be graded and ${ungraded.length === 1 ? "takes" : "take"} no part.`;

const isFlat = ({ responses }: GroupView): boolean => {
  const advantages = responses.flatMap(({ advantage }) => (advantage === null ? [] : [advantage]));
  return advantages.length > 0 && advantages.every((advantage) => advantage === 0);
};

const listOf = (noun: string, responses: readonly ResponseView[]): string =>
  `${noun}${responses.length === 1 ? "" : "s"} ${joined(responses.map(({ index }) => String(index + 1)))}`;

const joined = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
