import { join } from "node:path";
import { HerlError } from "../../errors";
import { openSession } from "../../runs/open_session";
import { noJournal, replay as replayRun } from "../../runs/replay";
import type { Command } from "../arguments";
import { openBackend } from "../backend";
import { readText } from "../files";
import { openModel } from "../model";
import { RunFolder } from "../run_folder";
import { tasksOf } from "../tasks";

export const replay: Command = {
  name: "replay",
  summary: "Runs a run folder's manifest again and compares the digest; prints the first step that differs.",
  positionals: ["DIR"],
  options: {},
  async run(_values, [path]) {
    const folder = new RunFolder(path);
    const { manifest, metrics } = folder.read();
    const { config } = manifest;
    const backend = await openBackend(manifest.backend.backend);
    const model = openModel(config.model);
    const { session } = await openSession({
      ...{ backend, model, config, recorded: manifest },
      journal: noJournal(folder.judgements),
      tasks: await tasksOf(folder),
      start: folder.readStart(),
    });
    const { steps, digest, differs } = await replayRun(session, metrics);
    if (differs) {
      throw new HerlError(
        "DIGEST_DIFFERS",
        `Step ${differs.step} differs from the record, in ${differs.metrics.join(", ") || "its token ids"}`,
        "On the cpu backend this is a bug or another version of the code; on webgpu another device",
      );
    }
    const recorded = readText(join(path, "digest.txt")).trim();
    if (digest !== recorded)
      throw new HerlError(
        "DIGEST_DIFFERS",
        `All steps agree, but digest.txt says ${recorded}`,
        "The file was changed",
      );
    console.log(`${steps} updates, digest ${digest}: reproduced`);
  },
};
