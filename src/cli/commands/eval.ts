import { deriveKey, seedKey } from "../../kernels/random/random";
import { codeGrader } from "../../rubric/code_grader";
import { routedGrader } from "../../rubric/routed_grader";
import { summarize } from "../../runs/evaluate";
import { chatCodec } from "../../runs/learner";
import { measurePassAtK } from "../../runs/pass_at_k";
import { decimal, integer, type Command } from "../arguments";
import { backendOption, threadsOption } from "../backend";
import { writeBytes } from "../files";
import { judgeLine, judgeOptions, openJudge } from "../judge";
import { openSubject, subjectOptions } from "../subject";
import { readTasks, taskOptions, tasksFor } from "../tasks";

export const evaluate: Command = {
  name: "eval",
  summary:
    "Mean reward, share with all satisfied, rates by id and Pass@k of a run's adapter or a model, on a task file.",
  options: {
    ...subjectOptions,
    tasks: { ...taskOptions.tasks, required: true },
    "skip-bad-lines": taskOptions["skip-bad-lines"],
    samples: { type: "string", value: "K", default: "1", description: "Responses per task" },
    temperature: { type: "string", value: "T", default: "1", description: "Sampling temperature" },
    "max-new-tokens": { type: "string", value: "N", default: "128", description: "Longest response" },
    seed: { type: "string", value: "S", default: "0", description: "Seed" },
    out: { type: "string", value: "FILE", required: true, description: "One JSON object" },
    ...judgeOptions,
    backend: backendOption,
    threads: threadsOption,
  },
  async run(values) {
    const { model, policy } = await openSubject(values);
    const list = await readTasks(values);
    const { tasks, registry } = tasksFor(list, model, model.config.contextLength, values);
    const samples = integer(values, "samples", { min: 1 });
    const judge = openJudge(values, values["out"] as string);
    const grader = routedGrader(codeGrader(registry), judge);
    const { responses, at } = await measurePassAtK(
      { policy, codec: chatCodec(model), grader },
      tasks,
      deriveKey(seedKey(integer(values, "seed")), "evaluation", "file"),
      {
        samples,
        temperature: decimal(values, "temperature"),
        maxNewTokens: integer(values, "max-new-tokens", { min: 1 }),
      },
    );
    if (judge) console.error(judgeLine(judge.counters));
    const { n, reward, all_met, by_id } = summarize(responses.flat(), 0, "file");
    const passAt = Object.fromEntries(at.map(({ k, mean }) => [k, mean]));
    const result = { tasks: tasks.length, samples, n, reward, all_met, by_id, pass_at_k: passAt };
    writeBytes(values["out"] as string, `${JSON.stringify(result, null, 2)}\n`);
    console.error(
      `reward ${reward.toFixed(3)}  all met ${all_met.toFixed(3)}  (${tasks.length} tasks × ${samples})`,
    );
  },
};
