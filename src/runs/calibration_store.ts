import type { DBSchema, IDBPDatabase } from "idb";
import type { JudgeConfig } from "../rubric/judge/judge_config";
import type { Calibration, JudgedCase } from "./calibration_record";
import { storeError } from "./store_error";

/** A calibration with the cases that it was counted from. */
export interface CalibrationReport extends Calibration {
  readonly cases: readonly JudgedCase[];
}

/** A judge's id. What makes it, the judge's prompt, loads with the first judge. */
export const idOf = async (config: JudgeConfig): Promise<string> =>
  (await import("../rubric/judge/judge_id")).judgeId(config);

/** The part of the database that holds what is known of judges: the latest calibration of each, by its id. */
export interface CalibrationStores extends DBSchema {
  calibrations: { key: string; value: { judge: string; report: CalibrationReport } };
}

/** The latest calibration of each judge in the browser's IndexedDB. */
export class CalibrationStore {
  private readonly database: IDBPDatabase<CalibrationStores>;

  constructor(database: IDBPDatabase<CalibrationStores>) {
    this.database = database;
  }

  /** The latest calibration of exactly this judge; null where there is none. */
  async latest(config: JudgeConfig): Promise<CalibrationReport | null> {
    return (await this.database.get("calibrations", await idOf(config)))?.report ?? null;
  }

  /** Throws STORE_FULL or STORE_REFUSED. */
  async save(report: CalibrationReport): Promise<void> {
    try {
      await this.database.put("calibrations", { judge: report.judge.id, report });
    } catch (cause) {
      const lost = "The calibration stays until the tab is closed; export it";
      throw storeError(cause, { full: lost, refused: lost });
    }
  }
}
