import { HerlError, type PlainError } from "../errors";
import { deriveKey, seedKey } from "../kernels/random/random";
import type { ChatMessage } from "../policy/chat_message";
import type { Rollout, Truncation } from "../policy/policy";
import { beforeStop, stopStrings } from "../policy/stop_strings";
import type { OpenRun, RunEnvironment } from "./open_run";
import { orProblem } from "./or_problem";
import { withPolicy } from "./position";
import { unlessStopped } from "./unless_stopped";

/** Whose answer: the policy as it is, as it was when the run began, or as another stored run of the same model has it. */
export type AskedPolicy =
  { readonly kind: "now" } | { readonly kind: "start" } | { readonly kind: "run"; readonly id: string };

export interface AskRequest {
  /** Empty for the model's own. */
  readonly system: string;
  readonly prompt: string;
  /** 0 takes the most probable token at every step. */
  readonly temperature: number;
  readonly truncation?: Truncation;
  readonly maxNewTokens: number;
  /** The answer ends before any of these. */
  readonly stops: readonly string[];
  /** The same seed draws the same answer from the same policy. */
  readonly seed: number;
}

export interface AskAnswer {
  readonly text: string;
  readonly tokens: number;
  readonly finish: Rollout["finish"];
  readonly seconds: number;
}

/** What the page asks policies in free words. Between two phases; nothing of the run changes. */
export interface AskCommands {
  /** `onText` is told the answer as it grows. Resolves with null where it was cancelled. */
  ask(
    policy: AskedPolicy,
    request: AskRequest,
    onText: (text: string) => void,
  ): Promise<AskAnswer | { readonly problem: PlainError } | null>;
  /** Ends the answers under way and those that wait. */
  cancelAsking(): void;
}

interface AskEnvironment extends Pick<RunEnvironment, "store"> {
  run(): OpenRun | null;
  /** Runs `work` between two phases. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

export function askCommands({ run, exclusive, store }: AskEnvironment): AskCommands {
  let controller = new AbortController();

  async function answer(
    open: OpenRun,
    asked: AskedPolicy,
    request: AskRequest,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<AskAnswer> {
    const { policy, codec } = open.learner;
    const { tokenizer } = open.model;
    const { temperature, truncation, maxNewTokens, stops, seed } = request;
    const ids: number[] = [];
    const textOf = (tokens: readonly number[]) =>
      beforeStop(tokenizer.decode(tokens, { skipSpecials: true }), stops);
    const one = {
      prompt: codec.encode(messagesOf(request)),
      samples: 1,
      key: deriveKey(seedKey(seed), "ask"),
    };
    const started = performance.now();
    const sample = () =>
      policy.sample([one], {
        ...{ temperature, truncation, maxNewTokens, signal, isStopped: stopStrings(tokenizer, stops) },
        weights: asked.kind === "start" ? "reference" : "current",
        onToken(_request, _sample, id) {
          ids.push(id);
          onText(textOf(ids));
        },
      });
    const [[rollout]] =
      asked.kind === "run"
        ? await withPolicy(policy, await storedPolicy(open, asked.id), sample)
        : await sample();
    const seconds = (performance.now() - started) / 1000;
    return { text: textOf(rollout.ids), tokens: rollout.ids.length, finish: rollout.finish, seconds };
  }

  /** Throws RUN_MISSING, and ADAPTER_MISMATCH for a run whose adapter is not of this run's shape. */
  async function storedPolicy({ manifest }: OpenRun, id: string) {
    const stored = await store;
    const checkpoint = await stored?.checkpoint(id);
    if (!stored || !checkpoint)
      throw new HerlError("RUN_MISSING", "This run is not stored any more", "Choose another one");
    const other = await stored.manifest(id);
    const shape = ({ config: { training }, model }: Pick<typeof other, "config" | "model">) =>
      JSON.stringify([model.sha256, training.mode, training.rank, training.alpha, training.targets]);
    if (shape(other) === shape(manifest)) return checkpoint.policy;
    throw new HerlError(
      "ADAPTER_MISMATCH",
      "This run has trained another model, or an adapter of another shape",
      "Choose a run of the same model, rank, alpha and targets",
    );
  }

  return {
    ask(asked, request, onText) {
      const { signal } = controller;
      return unlessStopped(exclusive, signal, () =>
        orProblem(async () => {
          const open = run();
          if (!open) throw new HerlError("RUN_MISSING", "No run is open", "Open one first");
          return answer(open, asked, request, onText, signal);
        }),
      );
    },
    cancelAsking() {
      controller.abort();
      controller = new AbortController();
    },
  };
}

const messagesOf = ({ system, prompt }: AskRequest): ChatMessage[] => [
  ...(system.trim() === "" ? [] : [{ role: "system", content: system } as const]),
  { role: "user", content: prompt },
];
