import { join } from "node:path";
import { HerlError } from "../../errors";
import { peftNames } from "../../policy/peft";
import { checkpointAdapter } from "../../runs/export/adapter";
import { exportFiles, exportFormats, type ExportFormat } from "../../runs/export/export_run";
import { openWorld } from "../../runs/world";
import { UsageError, type Command } from "../arguments";
import { writeBytes } from "../files";
import { openModel } from "../model";
import { RunFolder } from "../run_folder";
import { tasksOf } from "../tasks";

const formats = ["peft", ...exportFormats] as const;

export const exportRun: Command = {
  name: "export",
  summary:
    "A run for other libraries: its adapter for PEFT, or its tasks, reward and settings for TRL or verl.",
  options: {
    run: { type: "string", value: "DIR", required: true, description: "A run folder" },
    format: { type: "string", value: "NAME", required: true, description: `One of ${formats.join(", ")}` },
    out: { type: "string", value: "DIR", required: true, description: "Where the files go" },
  },
  notes: () =>
    "README.md of an export for TRL or verl says what of the run's method is there, and what is not.",
  async run(values) {
    const format = values["format"] as (typeof formats)[number];
    if (!formats.includes(format)) throw new UsageError(`--format is one of ${formats.join(", ")}`);
    const folder = new RunFolder(values["run"] as string);
    const files = format === "peft" ? adapterFiles(folder) : await libraryFiles(folder, format);
    for (const [name, content] of files) writeBytes(join(values["out"] as string, name), content);
    console.error(`${files.size} files`);
  },
};

function adapterFiles(folder: RunFolder): ReadonlyMap<string, string | Uint8Array> {
  const manifest = folder.readManifest();
  const checkpoint = folder.readCheckpoint();
  if (!checkpoint)
    throw new HerlError("RUN_MISSING", `${folder.path} has no checkpoint yet`, "Train for an update first");
  const { config, weights } = checkpointAdapter(
    manifest,
    openModel(manifest.config.model).config,
    checkpoint.policy,
  );
  return new Map<string, string | Uint8Array>([
    [peftNames.config, config],
    [peftNames.weights, weights],
  ]);
}

async function libraryFiles(folder: RunFolder, format: ExportFormat): Promise<ReadonlyMap<string, string>> {
  const { manifest, metrics } = folder.read();
  const world = openWorld(manifest.config, await tasksOf(folder));
  return exportFiles({ manifest, metrics, rollouts: folder.rollouts(), world }, format);
}
