import { seedKey, type Key } from "../../kernels/random/random";
import type { Task } from "../../rubric/schema";
import type { MethodConfig } from "../config";
import type { Learner } from "../learner";
import type { StepOptions } from "../step_options";
import { trainStep, type StepState } from "../trainer";

/** Runs one step to its end: what each phase yielded, and the last. */
export async function runStep(
  learner: Learner,
  tasks: readonly Task[],
  config: MethodConfig,
  { key = seedKey(11), ...options }: StepOptions & { key?: Key } = {},
): Promise<{ states: StepState[]; last: StepState }> {
  const states: StepState[] = [];
  for await (const state of trainStep(learner, tasks, config, key, options)) states.push(state);
  return { states, last: states[states.length - 1] };
}
