import { existsSync } from "node:fs";
import { join } from "node:path";
import { CpuBackend } from "../compute/cpu";
import { HerlError } from "../errors";
import { runUnit, type Trained, type TrainingStore, type UnitMachine } from "../experiments/run_unit";
import type { Unit } from "../experiments/units";
import { readAdapterFiles, writeAdapter } from "./adapter_files";
import { readText, writeBytes } from "./files";
import { openModel } from "./model";
import type { UnitAnswer, UnitOrder } from "./unit_pool";

/** Processor time of this process, in milliseconds. */
const processorClock = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Runs the units that the process that started this one sends, one after another, until it goes. */
export function serveUnits(): void {
  process.on("disconnect", () => process.exit());
  // Ctrl+C reaches every process of the terminal: the one that sends the units decides what it means.
  process.on("SIGINT", () => {});
  process.on("message", (message) => {
    const { unit, kept, again } = message as UnitOrder;
    const store = folderStore(kept);
    void unitMachine(unit)
      .then((machine) => runUnit(unit, machine, again ? { ...store, load: () => null } : store))
      .then((result): UnitAnswer => ({ result }))
      .catch((error: unknown): UnitAnswer => ({
        error: error instanceof HerlError ? error.toLine() : String(error),
      }))
      .then((answer) => process.connected && process.send!(answer));
  });
}

export async function unitMachine(unit: Unit): Promise<UnitMachine> {
  return { backend: await CpuBackend.create(), model: openModel(unit.model), clock: processorClock };
}

/** A folder for each training, by its key: the adapter in PEFT's format, and the record. */
function folderStore(root: string): TrainingStore {
  const folderOf = ({ trainingKey }: Unit) => join(root, trainingKey);
  return {
    load(unit) {
      const record = join(folderOf(unit), "trained.json");
      if (!existsSync(record)) return null;
      const trained = JSON.parse(readText(record)) as Trained;
      return { trained, adapter: readAdapterFiles(join(folderOf(unit), "adapter")) };
    },
    save(unit, { trained, adapter }) {
      writeAdapter(join(folderOf(unit), "adapter"), adapter);
      writeBytes(join(folderOf(unit), "trained.json"), `${JSON.stringify(trained)}\n`);
    },
  };
}
