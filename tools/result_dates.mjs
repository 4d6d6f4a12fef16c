import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project, wherever whoever reads its configuration was started. */
const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/**
 * The day on which each experiment's results were last committed, by its name. Without the repository's history (an
 * archive of the files, a machine without git) there is none.
 */
export function resultDates() {
  const log = historyOf("experiments/*/results.jsonl");
  const dates = {};
  let date = "";
  for (const line of log.split("\n")) {
    if (/^\d{4}-\d\d-\d\d$/.test(line)) date = line;
    const name = /^experiments\/([^/]+)\//.exec(line)?.[1];
    if (name !== undefined) dates[name] ??= date;
  }
  for (const [name, other] of resultsOfOthers()) if (dates[other]) dates[name] = dates[other];
  return dates;
}

/** Experiments whose runs are another's, with that other. */
function resultsOfOthers() {
  return readdirSync(join(root, "experiments")).flatMap((name) => {
    try {
      const definition = join(root, "experiments", name, "experiment.json");
      const { resultsOf } = JSON.parse(readFileSync(definition, "utf8"));
      return resultsOf === undefined ? [] : [[name, resultsOf]];
    } catch {
      return [];
    }
  });
}

function historyOf(files) {
  try {
    const options = ["log", "--format=%cs", "--name-only", "--relative", "--", files];
    return execFileSync("git", options, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return "";
  }
}
