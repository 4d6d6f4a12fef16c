import { variants, type Variant } from "../../herl/config";
import type { ModelFile } from "../../policy/model_file";
import type { PeftFiles } from "../../policy/peft";
import { openSession } from "../../runs/open_session";
import { parseConfig, type RunConfig } from "../../runs/config";
import { withCalibration } from "../../runs/manifest";
import { presets, resolveConfig } from "../../runs/presets";
import { parseSetting, settings, withSetting } from "../../runs/settings";
import { trainingContext } from "../../runs/task_fit";
import type { RunTasks } from "../../runs/world";
import { readStart } from "../adapter_files";
import { integer, UsageError, type Command, type Values } from "../arguments";
import { backendOption, openBackend, threadsOption } from "../backend";
import { calibrationOption, runCalibration } from "../calibration_file";
import { readText } from "../files";
import { judgeLine, judgeOptions, runJudge } from "../judge";
import { openModel } from "../model";
import { RunFolder } from "../run_folder";
import { acceptSplits, propose } from "../splits";
import { onTasks, readTasks, taskOptions, tasksFor, tasksOf } from "../tasks";
import { finish, report } from "./run_session";

export const train: Command = {
  name: "train",
  summary:
    "Runs or resumes a training run and writes its folder: manifest, metrics, rollouts, checkpoint, adapter, digest.",
  options: {
    preset: {
      type: "string",
      value: "NAME",
      description: `One of ${presets.map((p) => p.name).join(", ")} (default pocket-rare)`,
    },
    config: { type: "string", value: "FILE", description: "A configuration as JSON, instead of a preset" },
    model: {
      type: "string",
      value: "FILE",
      description: "A GGUF file, or an embedded model by its name, instead of the preset's",
    },
    ...taskOptions,
    method: { type: "string", value: "NAME", description: `One of ${variants.join(", ")} (default herl)` },
    set: {
      type: "string",
      value: "KEY=VALUE",
      multiple: true,
      description: "Change a setting; may be repeated",
    },
    steps: { type: "string", value: "N", required: true, description: "Updates to have done at the end" },
    seed: { type: "string", value: "S", default: "0", description: "Seed" },
    out: { type: "string", value: "DIR", required: true, description: "The run folder" },
    from: {
      type: "string",
      value: "DIR",
      description: "Start from the adapter of a finished run, or of a PEFT folder, instead of the bare model",
    },
    resume: { type: "boolean", description: "Continue the run in the folder, from its last checkpoint" },
    "judge-key-env": judgeOptions["judge-key-env"],
    calibration: calibrationOption,
    "accept-split": {
      type: "string",
      value: "KEY",
      multiple: true,
      description:
        "With --resume: split this item finer from the next update on, as was proposed (adaptive.propose); may be repeated",
    },
    backend: backendOption,
    threads: threadsOption,
  },
  notes: () =>
    [
      "Settings:",
      ...settings.map(({ key, description, default: preset, choices }) => {
        const values = choices ? ` [${choices.join(", ")}]` : "";
        return `  ${key} = ${JSON.stringify(preset)}${values}\n      ${description}`;
      }),
    ].join("\n"),
  async run(values) {
    const folder = new RunFolder(values["out"] as string);
    const steps = integer(values, "steps", { min: 1 });
    const resuming = values["resume"] === true && folder.exists;
    const recorded = resuming ? folder.readManifest() : undefined;
    const accepted = (values["accept-split"] as string[] | undefined) ?? [];
    if (accepted.length > 0 && !recorded)
      throw new UsageError("--accept-split needs --resume, and a run in the folder");
    const wanted = recorded?.config ?? configOf(values);
    const model = openModel(wanted.model);
    const { config, tasks } = recorded
      ? { config: wanted, tasks: await tasksOf(folder) }
      : await withTasks(wanted, model, values);
    const backend = await openBackend(
      recorded?.backend.backend ?? values["backend"],
      integer(values, "threads", { min: 1 }),
    );
    const judge = runJudge(values);
    const start = recorded ? folder.readStart() : startOf(values);
    const open = await openSession({
      ...{ backend, model, config, journal: folder, recorded, tasks, start, judge },
    });
    const calibration = runCalibration(values, open.judge, open.manifest);
    if (recorded) await open.session.resume();
    else await folder.begin(withCalibration(open.manifest, calibration), tasks?.lines, start);
    await acceptSplits(folder, open, accepted);
    for await (const event of open.session.run(steps)) {
      report(event);
      if (event.type === "proposals") await propose(folder, open, event.step, event.proposals);
    }
    if (open.session.stopped) console.error(`ended at update ${open.session.step}: it collapsed too often`);
    if (open.judge) console.error(judgeLine(open.judge.counters));
    await finish(folder.path, open);
    console.error(`digest ${open.session.digest}`);
  },
};

/** The adapter of `--from`, if there is one. */
function startOf(values: Values): PeftFiles | undefined {
  const from = values["from"] as string | undefined;
  return from === undefined ? undefined : readStart(from);
}

/** The configuration of a new run with the tasks of `--tasks`, if there are any. */
async function withTasks(
  config: RunConfig,
  model: ModelFile,
  values: Values,
): Promise<{ config: RunConfig; tasks?: RunTasks }> {
  if (values["tasks"] === undefined) return { config };
  const list = tasksFor(await readTasks(values), model, trainingContext(model), values);
  return onTasks(config, list);
}

function configOf(values: Values): RunConfig {
  const pairs = ((values["set"] as string[] | undefined) ?? []).map((pair): [string, string] => {
    const at = pair.indexOf("=");
    if (at < 1) throw new UsageError(`--set ${pair}: write KEY=VALUE`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  if (values["model"] !== undefined) pairs.unshift(["model", values["model"] as string]);
  const variant = (values["method"] ?? "herl") as Variant;
  if (!variants.includes(variant)) throw new UsageError(`--method is one of ${variants.join(", ")}`);
  const seed = integer(values, "seed");
  if (values["config"] === undefined) {
    const settings = values["tasks"] === undefined ? pairs : [...taskWording(pairs), ...pairs];
    const preset = (values["preset"] as string | undefined) ?? "pocket-rare";
    return resolveConfig({ preset, variant, seed, settings });
  }
  const base = { ...(JSON.parse(readText(values["config"] as string)) as object), seed };
  return parseConfig(
    pairs.reduce((input, [key, value]) => withSetting(input, key, parseSetting(key, value)), base),
  );
}

/** On a task file, chat models are asked for revisions in general words; the pocket model knows its own only. */
function taskWording(pairs: readonly [string, string][]): [string, string][] {
  const model = pairs.findLast(([key]) => key === "model")?.[1] ?? "pocket";
  return model === "pocket" ? [] : [["world.wording", "general"]];
}
