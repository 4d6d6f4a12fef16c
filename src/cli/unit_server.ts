import { existsSync } from "node:fs";
import { join } from "node:path";
import { CpuBackend } from "../compute/cpu";
import { HerlError } from "../errors";
import { runUnit, type Trained, type TrainingStore, type UnitMachine } from "../experiments/run_unit";
import type { Unit } from "../experiments/units";
import { loadAdapter } from "../policy/peft";
import { finish } from "./commands/run_session";
import { readText, writeBytes } from "./files";
import { openModel, projectRoot, readAdapter } from "./model";
import type { UnitAnswer, UnitOrder } from "./unit_pool";

/** Processor time of this process, in milliseconds. */
const processorClock = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Runs the units that the process that started this one sends, one after another, until it goes. */
export function serveUnits(): void {
  process.on("disconnect", () => process.exit());
  process.on("message", (message) => {
    const { unit, again } = message as UnitOrder;
    void unitMachine(unit)
      .then((machine) => runUnit(unit, machine, again ? { ...store, load: () => null } : store))
      .then((result): UnitAnswer => ({ result }))
      .catch((error: unknown): UnitAnswer => ({
        error: error instanceof HerlError ? error.toLine() : String(error),
      }))
      .then((answer) => process.send!(answer));
  });
}

export async function unitMachine(unit: Unit): Promise<UnitMachine> {
  return { backend: await CpuBackend.create(), model: openModel(unit.model), clock: processorClock };
}

/** `build/experiments/KEY`: adapters of what was trained, with its record. */
const store: TrainingStore = {
  load(unit, { learner }) {
    const [record, adapter] = [join(folderOf(unit), "trained.json"), join(folderOf(unit), "adapter")];
    if (!existsSync(record) || !existsSync(adapter)) return null;
    loadAdapter(learner.policy.model.parameters, readAdapter(adapter).matrices);
    return JSON.parse(readText(record)) as Trained;
  },
  async save(unit, open, trained) {
    await finish(folderOf(unit), open);
    writeBytes(join(folderOf(unit), "trained.json"), `${JSON.stringify(trained)}\n`);
  },
};

const folderOf = ({ trainingKey }: Unit): string => join(projectRoot(), "build/experiments", trainingKey);
