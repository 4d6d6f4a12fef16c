import { HerlError } from "../errors";
import type { Judge } from "../rubric/judge/judge";
import { judgeId } from "../rubric/judge/judge_id";
import { calibrationFormat, doubtsAbout, type Calibration } from "../runs/calibration_record";
import type { Manifest } from "../runs/manifest";
import { text, type Option, type Values } from "./arguments";
import { readText } from "./files";

/** Option of commands that train on a judge. */
export const calibrationOption: Option = {
  type: "string",
  value: "FILE",
  description: "What `herl calibrate` measured of the run's judge, for its manifest",
};

/**
 * The calibration of `--calibration`, or the one that the manifest has; null where there is none. What there is to doubt
 * about the run's judge is said on standard error. Throws FILE_FORMAT for a file that is none, and CONFIG_INVALID for
 * one of another judge.
 */
export function runCalibration(
  values: Values,
  judge: Judge | null,
  { config, calibration: recorded }: Pick<Manifest, "config" | "calibration">,
): Calibration | null {
  const path = text(values, "calibration");
  const calibration = path === undefined ? (recorded ?? null) : readCalibration(path);
  if (path !== undefined && !(judge && calibration?.judge.id === judgeId(config.judge))) {
    throw new HerlError(
      "CONFIG_INVALID",
      `${path} is of another judge, or of other settings, than the run's`,
      "Calibrate the run's judge: `herl calibrate` with the same address, model and settings",
    );
  }
  if (judge && !calibration) console.error("think twice: the judge was not calibrated");
  for (const doubt of calibration ? doubtsAbout(calibration.overall) : [])
    console.error(`think twice: ${doubt}`);
  return calibration;
}

function readCalibration(path: string): Calibration {
  const found = parsed(readText(path));
  if (found?.format === calibrationFormat && found.judge && found.overall) return found as Calibration;
  throw new HerlError("FILE_FORMAT", `${path} holds no calibration`, "Give what `herl calibrate` wrote");
}

function parsed(json: string): Partial<Calibration> | null {
  try {
    return JSON.parse(json) as Partial<Calibration> | null;
  } catch {
    return null;
  }
}
