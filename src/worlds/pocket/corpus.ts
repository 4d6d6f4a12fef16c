import type { RandomStream } from "../../kernels/random/random";
import type { ChatMessage } from "../../policy/chat_message";
import type { Verdict } from "../../rubric/schema";
import type { PocketConfig } from "./config";
import { drawContent, type Content } from "./content";
import { familyOf } from "./families/registry";
import { render } from "./render";
import { revisionMessages } from "./revision";
import { drawPretrainingTask } from "./task_source";
import type { PocketTask } from "./tasks";

/**
 * One sample of the pre-training corpus. The loss belongs on `response` alone: a revision's draft stands among the
 * messages as context, and training on drafts would teach plain answers to follow what only revisions may follow.
 */
export interface CorpusSample {
  readonly kind: "answer" | "revision";
  readonly messages: readonly ChatMessage[];
  readonly response: string;
  readonly task: PocketTask;
  /** Which constraints the response follows; exactly these, by their verifiers. */
  readonly followed: readonly boolean[];
}

/** A drawn conversation, and what can answer it: many responses may share one prompt. */
export interface CorpusPrompt extends Pick<CorpusSample, "kind" | "messages" | "task"> {
  respond(stream: RandomStream): Pick<CorpusSample, "response" | "followed">;
}

/**
 * A drawn conversation. It asks for a plain answer, in which each constraint is followed with its family's rate, or
 * for the revision of a draft, in which each missing constraint is fixed, and each satisfied one kept, with the
 * configured probabilities. A revision tells its draft's content, so that it edits the draft and nothing else; every
 * plain answer tells its own. Tasks are of all families, with all words, from the side of training (`splits.ts`).
 */
export function corpusPrompt(stream: RandomStream, config: PocketConfig): CorpusPrompt {
  const task = drawPretrainingTask(stream, config.minConstraints, config.maxConstraints);
  if (!stream.chance(config.revisionShare)) {
    return {
      kind: "answer",
      messages: [{ role: "user", content: task.prompt }],
      task,
      respond: (from) => plainAnswer(from, task, config),
    };
  }
  const content = drawStory(stream, task);
  const met = stream.chance(config.betterDraftShare)
    ? betterDraft(stream, task)
    : drawFollowed(stream, task, config);
  // A draft that misses nothing has nothing to revise: let one of its constraints go.
  if (!met.includes(false)) met[stream.integer(met.length)] = false;
  const draft = render(content, task.constraints, met);
  const verdicts = met.map((isMet): Verdict => ({ status: isMet ? "satisfied" : "unmet" }));
  return {
    kind: "revision",
    messages: revisionMessages(task, draft, verdicts, config.wording),
    task,
    respond(from) {
      const followed = met.map((isMet) => from.chance(isMet ? config.keep : config.fix));
      return { response: render(content, task.constraints, followed), followed };
    },
  };
}

/** A plain answer to a task as the corpus has them: a story of its own, each constraint followed with its family's rate. */
export function plainAnswer(
  stream: RandomStream,
  task: PocketTask,
  config: PocketConfig,
): Pick<CorpusSample, "response" | "followed"> {
  const followed = drawFollowed(stream, task, config);
  return { response: render(drawStory(stream, task), task.constraints, followed), followed };
}

/** A story for a task, without the words of its constraints. */
export function drawStory(stream: RandomStream, { topic, constraints }: PocketTask): Content {
  const words = constraints.flatMap(({ family, kwargs }) => familyOf(family).words?.(kwargs) ?? []);
  return drawContent(stream, topic, new Set(words));
}

const drawFollowed = (
  stream: RandomStream,
  { constraints }: PocketTask,
  { rates }: PocketConfig,
): boolean[] => constraints.map(({ family }) => stream.chance(rates[family]));

/** A drawn conversation with one response to it. */
export function corpusSample(stream: RandomStream, config: PocketConfig): CorpusSample {
  const { kind, messages, task, respond } = corpusPrompt(stream, config);
  return { kind, messages, task, ...respond(stream) };
}

function betterDraft(stream: RandomStream, task: PocketTask): boolean[] {
  const rate = stream.unit();
  return task.constraints.map(() => stream.chance(rate));
}
