/** Tasks that ask for words, a grader that looks for them, and the method's configuration, for tests. */
import type { Grader } from "../../rubric/grader";
import type { RubricItem, Task, Verdict } from "../../rubric/schema";
import type { ChatCodec } from "../../policy/policy";
import { withoutAdditions, type MethodConfig } from "../config";
import type { Learner } from "../learner";
import { TinyPolicy, type TinyPolicyOptions } from "./tiny_policy";

/** The vocabulary: a word is a token. The full stop ends a response. */
export const words = [".", "say", "missing", "red", "green", "blue", "grey"] as const;

/** Ids of the words of a text, for instance "red green ." */
export const idsOf = (text: string): number[] =>
  text
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => {
      const id = (words as readonly string[]).indexOf(word);
      if (id < 0) throw new Error(`the tiny world has no word "${word}"`);
      return id;
    });

export const textOf = (ids: readonly number[]): string => ids.map((id) => words[id]).join(" ");

/** Contents one after the other; the end token is no text. */
export const tinyCodec: ChatCodec = {
  encode: (messages) => messages.flatMap(({ content }) => idsOf(content)),
  encodeResponse: (text) => [...idsOf(text), 0],
  decode: (ids) => textOf(ids.filter((id) => id !== 0)),
};

export const item = (text: string, other: Partial<RubricItem> = {}): RubricItem => ({
  ...{ text, weight: 1, polarity: "want", check: { by: "judge" } },
  ...other,
});

/** A task that wants each of these words, with equal weights: "say red green". */
export const wordTask = (...wanted: string[]): Task => ({
  id: wanted.join("-"),
  prompt: `say ${wanted.join(" ")}`,
  rubric: wanted.map((word) => item(word)),
});

/** "say red green": the task of most tests. */
export const redGreen = wordTask("red", "green");

/** Answers to it: rewards of 0.5, 0, 0.5 and 0.5, the last one cut off. The revision of any draft is perfect. */
export const sayRedGreen = (prompt: string, sample: number): string =>
  prompt.includes("missing") ? "green red ." : ["red .", "blue .", "grey green .", "red"][sample];

export interface TinyLearner extends Learner {
  readonly policy: TinyPolicy;
}

export interface TinyLearnerOptions extends Partial<Omit<TinyPolicyOptions, "vocab" | "say">> {
  /** What the policy says to a prompt, in words; without it, it samples. Without a full stop it is cut off. */
  readonly say?: (prompt: string, sample: number) => string | undefined;
  /** Responses that the grader cannot decide. */
  readonly isUnknown?: (response: string) => boolean;
}

/** A learner whose grader finds an item satisfied when the response has its word. */
export function tinyLearner({ say, isUnknown, ...options }: TinyLearnerOptions = {}): TinyLearner {
  const grader: Grader = {
    async grade({ rubric }, response, signal) {
      signal?.throwIfAborted();
      if (isUnknown?.(response)) return rubric.map(() => ({ status: "unknown", reason: "no verdict" }));
      const said = response.split(" ");
      return rubric.map(({ text, polarity }): Verdict => ({
        status: said.includes(text) === (polarity === "want") ? "satisfied" : "unmet",
      }));
    },
  };
  const script: TinyPolicyOptions["say"] = (prompt, sample) => {
    const text = say?.(textOf(prompt), sample);
    return text === undefined ? undefined : idsOf(text);
  };
  return {
    policy: new TinyPolicy({ ...options, vocab: words.length, say: script }),
    codec: tinyCodec,
    grader,
    /** "say red green", the draft, "missing green". */
    revisionMessages: (task, draft, verdicts) => [
      { role: "user", content: task.prompt },
      { role: "assistant", content: draft },
      { role: "user", content: `missing ${unmet(task, verdicts).join(" ")}` },
    ],
    /** "say red green", "missing green". */
    scaffoldMessages: (task, items) => [
      { role: "user", content: task.prompt },
      { role: "user", content: `missing ${items.map((i) => task.rubric[i].text).join(" ")}` },
    ],
    withItems: ({ rubric }, items) => ({
      ...wordTask(...items.map((i) => rubric[i].text)),
      rubric: items.map((i) => rubric[i]),
    }),
  };
}

const unmet = ({ rubric }: Task, verdicts: readonly Verdict[]): string[] =>
  rubric.filter((_, i) => verdicts[i].status === "unmet").map(({ text }) => text);

/** Sections of the configuration in which anything may be left out. */
export type MethodOverrides = { readonly [K in keyof MethodConfig]?: Partial<MethodConfig[K]> };

/** HeRL as method.md has it by default, for four rollouts of the tiny world. */
export function methodConfig(overrides: MethodOverrides = {}): MethodConfig {
  const {
    hindsight,
    bonus,
    advantage,
    objective,
    optimizer,
    sampling,
    scaffold,
    preference,
    process,
    ...rest
  } = overrides;
  return {
    ...{ groups: 1, rollouts: 4, temperature: 1, maxNewTokens: 6, updates: 1, measureTransfer: false },
    ...rest,
    hindsight: {
      ...{
        enabled: true,
        edit: "answer",
        maxRevisions: 1,
        rewriteWhen: "nonePassed",
        accept: "improveOrEqual",
      },
      ...{ join: "append", context: "kept", weight: "shaped", gamma: 1, shapingScale: "none" },
      ...hindsight,
    },
    bonus: { alpha: 0.05, clipAtZero: false, when: "before", ...bonus },
    advantage: { std: "sample", stdFloor: 0, baseline: "group", ...advantage },
    sampling: { ...withoutAdditions.sampling, ...sampling },
    scaffold: { ...withoutAdditions.scaffold, ...scaffold },
    preference: { ...withoutAdditions.preference, ...preference },
    process: { ...withoutAdditions.process, ...process },
    objective: {
      loss: "policyGradient",
      references: "answers",
      clipLow: 0.2,
      clipHigh: 0.2,
      aggregation: "seqMeanTokenMean",
      klCoef: 0,
      ...objective,
    },
    optimizer: {
      ...{ learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 0 },
      ...optimizer,
    },
  };
}
