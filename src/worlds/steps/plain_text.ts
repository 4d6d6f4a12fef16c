import { RandomStream } from "../../kernels/random/random";
import type { PlainText } from "../plain_text";
import { stepsConfig } from "./config";
import { readProblem } from "./problem";
import { solve, tellSteps } from "./solution";
import { stepsTask } from "./tasks";

/**
 * Solutions as pre-training wrote them, errors included, to problems on the side of evaluation: how likely they stay
 * shows what training makes the model forget. Always the same ones.
 */
export function stepsPlainTexts(count: number): PlainText[] {
  return Array.from({ length: count }, (_, index) => {
    const { prompt } = stepsTask("heldout", index, { seed: 0, items: "answer" });
    const stream = RandomStream.of(0, "steps", "plain", index);
    const steps = solve(readProblem(prompt), (_step, kind) => stream.chance(stepsConfig.rates[kind]));
    return { instruction: prompt, response: tellSteps(steps) };
  });
}
