import { analyzeStep, withoutEvaluation } from "../../runs/analyze";
import { openSession } from "../../runs/open_session";
import { noJournal } from "../../runs/replay";
import { stepView } from "../../runs/views";
import { integer, type Command } from "../arguments";
import { openBackend } from "../backend";
import { writeBytes } from "../files";
import { openModel } from "../model";
import { RunFolder } from "../run_folder";
import { tasksOf } from "../tasks";

export const analyze: Command = {
  name: "analyze",
  summary:
    "The gradient analysis of one update of a run: flows, per-token records, transfer and the bound, as JSON.",
  options: {
    run: { type: "string", value: "DIR", required: true, description: "A run folder" },
    step: { type: "string", value: "N", required: true, description: "The update: 1 is the first" },
    out: { type: "string", value: "FILE", required: true, description: "One JSON object" },
  },
  notes: () =>
    "The run is repeated up to that update, without its evaluations; each update must come out as recorded.",
  async run(values) {
    const step = integer(values, "step", { min: 1 });
    const folder = new RunFolder(values["run"] as string);
    const { manifest, metrics } = folder.read();
    const config = withoutEvaluation(manifest.config);
    const backend = await openBackend(manifest.backend.backend);
    const model = openModel(config.model);
    const open = await openSession({
      ...{ backend, model, config, recorded: manifest },
      journal: noJournal(folder.judgements),
      tasks: await tasksOf(folder),
      start: folder.readStart(),
    });
    const { finished, metrics: row } = await analyzeStep(open, metrics, step, {
      onStep: (done) => console.error(`update ${done} of ${step}`),
    });
    const view = stepView(finished.state, step);
    const json = JSON.stringify({ format: 1, manifest, view, metrics: row }, plainArrays, 2);
    writeBytes(values["out"] as string, `${json}\n`);
  },
};

/** Typed arrays as lists. */
const plainArrays = (_key: string, value: unknown): unknown =>
  value instanceof Float32Array ? Array.from(value) : value;
