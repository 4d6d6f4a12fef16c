import { calibrate as runCalibration } from "../../runs/calibrate";
import { doubtsAbout } from "../../runs/calibration_record";
import { calibrationTable } from "../../runs/calibration_table";
import { readResponses } from "../../runs/response_file";
import { integer, UsageError, type Command } from "../arguments";
import { readText, writeBytes } from "../files";
import { judgeAccess, judgeLine, judgeOptions } from "../judge";
import { readTasks, taskOptions } from "../tasks";

export const calibrate: Command = {
  name: "calibrate",
  summary: "Has a judge decide what code decides exactly, and says how far it can be trusted.",
  options: {
    ...taskOptions,
    tasks: { ...taskOptions.tasks, required: true },
    responses: { type: "string", value: "FILE", required: true, description: 'Lines of {"key","response"}' },
    out: { type: "string", value: "FILE", required: true, description: "The calibration as JSON" },
    limit: {
      type: "string",
      value: "N",
      description: "Judge so many responses, a fair choice of the file's; all by default",
    },
    repeats: {
      type: "string",
      value: "N",
      default: "1",
      description: "Ask everything so many times, for the judge's agreement with itself",
    },
    ...judgeOptions,
  },
  notes: () =>
    "The judge sees the texts of the items for code, and code's verdict is the truth. Intervals are of 95 %, and take\n" +
    "the items to be independent. A judge that fails costs nothing: run the command again, and it goes on with the\n" +
    "answers that were kept. `herl train --calibration OUT` puts it into a run's manifest (docs/judges.md).",
  async run(values) {
    const out = values["out"] as string;
    const limit = values["limit"] === undefined ? Infinity : integer(values, "limit", { min: 1 });
    const repeats = integer(values, "repeats", { min: 1 });
    if (values["judge"] === undefined) throw new UsageError("--judge is missing");
    const { tasks, registry } = await readTasks(values);
    const { responses, strangers } = readResponses(readText(values["responses"] as string), tasks);
    if (strangers > 0) console.error(`left out: ${strangers} responses to no task of the file`);
    const access = judgeAccess(values, out)!;
    const { calibration, cases, ending } = await runCalibration(responses, registry, {
      ...access,
      ...{ limit, repeats },
      onProgress: ({ done, of }) => {
        if (done === of || done % Math.max(1, Math.round(of / 20)) === 0)
          console.error(`${done} of ${of} responses judged`);
      },
    });
    writeBytes(out, `${JSON.stringify({ ...calibration, cases }, null, 2)}\n`);
    console.error(calibrationTable(calibration));
    console.error(judgeLine(calibration.cost));
    for (const doubt of doubtsAbout(calibration.overall)) console.error(`think twice: ${doubt}`);
    if (ending) throw ending;
  },
};
