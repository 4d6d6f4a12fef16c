import type { RandomStream } from "../../kernels/random/random";
import type { ChatMessage } from "../../policy/chat_message";
import type { Verdict } from "../../rubric/schema";
import type { PocketConfig } from "./config";
import { drawContent } from "./content";
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

/**
 * A drawn sample: a plain answer, in which each constraint is followed with its family's rate, or a revision of a
 * draft in which each missing constraint is fixed, and each satisfied one kept, with the configured probabilities.
 * Both tell the same content, so that a revision edits its draft and nothing else. Tasks are of all families, with
 * all words, from the side of training (see `splits.ts`).
 */
export function corpusSample(stream: RandomStream, config: PocketConfig): CorpusSample {
  const task = drawPretrainingTask(stream, config.minConstraints, config.maxConstraints);
  const avoid = new Set(
    task.constraints.flatMap(({ family, kwargs }) => familyOf(family).words?.(kwargs) ?? []),
  );
  const content = drawContent(stream, task.topic, avoid);
  const answer = (): boolean[] => task.constraints.map(({ family }) => stream.chance(config.rates[family]));
  if (!stream.chance(config.revisionShare)) {
    const followed = answer();
    const messages: ChatMessage[] = [{ role: "user", content: task.prompt }];
    return {
      kind: "answer",
      messages,
      response: render(content, task.constraints, followed),
      task,
      followed,
    };
  }
  const met = stream.chance(config.betterDraftShare) ? betterDraft(stream, task) : answer();
  // A draft that misses nothing has nothing to revise: let one of its constraints go.
  if (!met.includes(false)) met[stream.integer(met.length)] = false;
  const followed = met.map((isMet) => stream.chance(isMet ? config.keep : config.fix));
  const draft = render(content, task.constraints, met);
  const verdicts = met.map((isMet): Verdict => ({ status: isMet ? "satisfied" : "unmet" }));
  return {
    kind: "revision",
    messages: revisionMessages(task, draft, verdicts, config.wording),
    response: render(content, task.constraints, followed),
    task,
    followed,
  };
}

function betterDraft(stream: RandomStream, task: PocketTask): boolean[] {
  const rate = stream.unit();
  return task.constraints.map(() => stream.chance(rate));
}
