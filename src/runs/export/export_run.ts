import { deriveKey, seedKey } from "../../kernels/random/random";
import type { Task } from "../../rubric/schema";
import { toLines } from "../lines";
import type { Manifest } from "../manifest";
import type { MetricsRow } from "../metrics";
import type { RolloutRecord } from "../records";
import type { World } from "../world";
import { methodNotes } from "./method_notes";
import rewardPython from "./reward.py?raw";
import { completionRows, metricsRow, pairRows, rolloutRow, trlRow, verlRow } from "./rows";
import trainPython from "./train_trl.py?raw";
import { trlConfig } from "./trl_config";
import { exprlOverrides, herlOverrides, startScript, verlOverrides } from "./verl_config";

export const exportFormats = ["trl", "verl"] as const;

export type ExportFormat = (typeof exportFormats)[number];

/** A recorded run with the world that it trained in. */
export interface ExportSource {
  readonly manifest: Manifest;
  readonly metrics: readonly MetricsRow[];
  readonly rollouts: readonly RolloutRecord[];
  readonly world: World;
}

/**
 * A recorded run as text files, by name, that another library trains from: its tasks, a reward function, its
 * hyper-parameters, what it sampled and measured, and a README that says what of its method is there.
 */
export function exportFiles(source: ExportSource, format: ExportFormat): ReadonlyMap<string, string> {
  const { manifest, metrics, rollouts } = source;
  const common = {
    "README.md": readme(source, format),
    "reward.py": rewardPython,
    "rollouts.jsonl": toLines(rollouts.map(rolloutRow)),
    "metrics.jsonl": toLines(metrics.map(metricsRow)),
    "manifest.json": toJson(manifest),
  };
  const files = format === "trl" ? trlFiles(source) : verlFiles(source);
  return new Map(Object.entries({ ...common, ...files }));
}

function trlFiles({ manifest, metrics, rollouts, world }: ExportSource): Record<string, string> {
  const config = trlConfig(manifest, metrics.length);
  const { training, heldout } = tasksOf(manifest, metrics.length, world);
  return {
    "config.json": toJson(config),
    "train.py": trainPython,
    "train.jsonl": toLines(training.map(trlRow)),
    "heldout.jsonl": toLines(heldout.map(trlRow)),
    ...(config.trainer === "SFTTrainer" && { [config.dataset]: toLines(completionRows(rollouts)) }),
    ...(config.trainer === "DPOTrainer" && { [config.dataset]: toLines(pairRows(rollouts)) }),
  };
}

function verlFiles({ manifest, metrics, world }: ExportSource): Record<string, string> {
  const { config } = manifest;
  const { training, heldout } = tasksOf(manifest, metrics.length, world);
  const overrides = verlOverrides(config, metrics.length);
  const [herl, exprl] = [herlOverrides(config), exprlOverrides(config)];
  const key = deriveKey(seedKey(config.seed), "export");
  const rows = (tasks: readonly Task[], split: "train" | "heldout") =>
    tasks.map((task, index) => {
      const [solution] = exprl ? world.references(task, 1, deriveKey(key, split, index)) : [];
      return verlRow(task, { source: `herl/${config.world.source}`, split, index, solution });
    });
  return {
    "train.json": toLines(rows(training, "train")),
    "heldout.json": toLines(rows(heldout, "heldout")),
    "run_verl.sh": startScript(overrides),
    ...(herl && { "run_herl.sh": startScript({ ...overrides, ...herl }) }),
    ...(exprl && { "run_exprl.sh": startScript({ ...overrides, ...exprl }) }),
  };
}

/** The tasks of the run's updates, each once, as they were written; and those of its held-out evaluations. */
function tasksOf({ config }: Pick<Manifest, "config">, steps: number, world: World) {
  const training = new Map<string, Task>();
  for (let index = 0; index < steps * config.groups; index++) {
    const task = world.trainingTask(index);
    training.set(task.id, task);
  }
  return {
    training: [...training.values()],
    heldout: world.evaluationTasks("heldout", config.evaluation.heldout),
  };
}

function readme({ manifest, metrics, rollouts }: ExportSource, format: ExportFormat): string {
  const { config, model, code_version } = manifest;
  const library = format === "trl" ? "TRL" : "verl";
  const judged = rollouts.some(({ verdicts }) => verdicts.some((verdict) => verdict.startsWith("unknown")));
  return `# A HeRL Playground run, for ${library}

Method ${config.variant}, preset ${config.preset}, seed ${config.seed}, ${metrics.length} updates; HeRL Playground ${code_version}.
The run's model is \`${model.name}\` (SHA-256 ${model.sha256}); ${library} trains a model of your choice, so its numbers will be others.

## Start

${
  format === "trl"
    ? '```sh\npip install trl peft datasets "lm-eval[ifeval]"\npython train.py --model MODEL\n```'
    : '```sh\npip install verl "lm-eval[ifeval]"\nsh run_verl.sh actor_rollout_ref.model.path=MODEL data.max_prompt_length=1024\n```'
}

The learning rate is the run's, which was chosen for a small model: ${config.optimizer.learningRate}. The paper's, for full
fine-tuning of models with billions of parameters, is 1e-6.

## What of the method is there

${methodNotes(config, format)}

## Files

- \`reward.py\`: the reward, from the rubric of each task. Items that code decides need IFEval's public verifiers; those
  for a judge, and those under names that IFEval does not have, are unknown until you fill in \`other\`.${judged ? " This run has\n  recorded items that were not decided." : ""}
- ${format === "trl" ? "`train.jsonl`, `heldout.jsonl`: tasks; `rubric` and `kwargs` are JSON strings. `config.json`, `train.py`: trainer and hyper-parameters." : "`train.json`, `heldout.json`: tasks, an object a line; `ground_truth` is a JSON string with the rubric. `run_*.sh`: hyper-parameters."}
- \`rollouts.jsonl\`: every response of the run with its verdicts, reward, bonus and advantage there.
- \`metrics.jsonl\`: every update, under TRL's names and verl's.
- \`manifest.json\`: the whole configuration; \`herl train\` makes the run again from it.
`;
}

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
