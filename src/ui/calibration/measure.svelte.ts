import type { CalibrationRequest } from "../../runs/calibration_commands";
import type { CalibrationReport } from "../../runs/calibration_store";
import type { PlainError } from "../../errors";
import type { Trainer } from "../trainer";

/** The measurement of a judge: it goes on while the dialog is closed. */
class Measurement {
  report: CalibrationReport | null = $state.raw(null);
  problem: PlainError | null = $state.raw(null);
  strangers = $state(0);
  isRunning = $state(false);

  async start(trainer: Trainer, request: CalibrationRequest): Promise<void> {
    [this.isRunning, this.problem, this.strangers] = [true, null, 0];
    try {
      const answer = await trainer.calibrate(request);
      if (answer === null) return;
      if ("problem" in answer) this.problem = answer.problem;
      else {
        this.report = answer.report;
        this.problem = answer.ending;
        this.strangers = answer.strangers;
      }
    } finally {
      this.isRunning = false;
    }
  }

  /** Shows what is known of a judge, unless it is being measured. */
  async look(trainer: Trainer, config: CalibrationRequest["config"]): Promise<void> {
    if (this.isRunning) return;
    this.problem = null;
    const known = await trainer.latestCalibration(config);
    if (!this.isRunning) this.report = known;
  }
}

export const measurement = new Measurement();
