/** `npx herl COMMAND`: what the page does, with the same code, without a browser. */
import { HerlError } from "../errors";
import { helpOf, readArguments, UsageError, type Command } from "./arguments";
import { analyze } from "./commands/analyze";
import { bench } from "./commands/bench";
import { calibrate } from "./commands/calibrate";
import { evaluate } from "./commands/eval";
import { experiment } from "./commands/experiment";
import { exportRun } from "./commands/export";
import { explore } from "./commands/explore";
import { generate } from "./commands/generate";
import { grad } from "./commands/grad";
import { grade } from "./commands/grade";
import { merge } from "./commands/merge";
import { pretrain } from "./commands/pretrain";
import { refine } from "./commands/refine";
import { replay } from "./commands/replay";
import { score } from "./commands/score";
import { tokenize } from "./commands/tokenize";
import { train } from "./commands/train";
import { kernelThreadArgument, serveKernels } from "./kernel_threads";
import { unitServerArgument } from "./unit_pool";
import { serveUnits } from "./unit_server";

const commands: readonly Command[] = [
  tokenize,
  score,
  generate,
  grad,
  grade,
  calibrate,
  train,
  evaluate,
  explore,
  refine,
  analyze,
  replay,
  exportRun,
  merge,
  experiment,
  pretrain,
  bench,
];

function help(): string {
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary.split("\n")[0]}`);
  return [
    "Usage: herl COMMAND [options]",
    "",
    ...rows,
    "",
    "herl COMMAND --help tells about a command.",
  ].join("\n");
}

/** Runs the command line and returns the exit status: 0, 1 after an error, 2 after wrong usage. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "help") {
    console.log(help());
    return name === undefined ? 2 : 0;
  }
  const command = commands.find((c) => c.name === name);
  if (!command) {
    console.error(`herl has no command ${name}\n\n${help()}`);
    return 2;
  }
  try {
    const { values, positionals } = readArguments(command, rest);
    if (values["help"]) console.log(helpOf(command));
    else await command.run(values, positionals);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`herl ${name}: ${error.message}. See \`herl ${name} --help\`.`);
      return 2;
    }
    console.error(
      error instanceof HerlError ? error.toLine() : `INTERNAL: ${String(error)}. Report this as a bug.`,
    );
    if (!(error instanceof HerlError) && process.env["HERL_DEBUG"]) console.error(error);
    return 1;
  }
}

if (process.argv[2] === unitServerArgument) serveUnits();
else if (process.argv[2] === kernelThreadArgument) serveKernels();
else process.exitCode = await main(process.argv.slice(2));
