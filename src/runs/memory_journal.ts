import { HerlError } from "../errors";
import { memoryJudgements, type Judgements } from "../rubric/judge/judgements";
import type { Checkpoint, Journal, RunProgress, StepLines } from "./journal";
import type { EvaluationRow } from "./evaluate";
import type { Manifest } from "./manifest";

/**
 * Keeps the last checkpoint in memory and passes everything on to a lasting journal as long as that works. When it
 * fails (the disk is full, the browser refuses), `onProblem` hears of it once, and the run goes on.
 */
export class MemoryJournal implements Journal {
  private lasting: Journal | null;
  private checkpoint: Checkpoint | null = null;
  private readonly kept = memoryJudgements({ undecided: true });
  private readonly onProblem: (error: HerlError) => void;

  constructor(lasting: Journal | null, onProblem: (error: HerlError) => void) {
    this.lasting = lasting;
    this.onProblem = onProblem;
  }

  begin(manifest: Manifest): Promise<void> {
    return this.pass((journal) => journal.begin(manifest));
  }

  amend(manifest: Manifest): Promise<void> {
    return this.pass((journal) => journal.amend(manifest));
  }

  async resume(): Promise<Checkpoint | null> {
    const stored = this.lasting ? await this.lasting.resume() : null;
    return (this.checkpoint = stored ?? this.checkpoint);
  }

  saveStep(lines: StepLines, checkpoint: Checkpoint | null): Promise<void> {
    this.checkpoint = checkpoint ?? this.checkpoint;
    return this.pass((journal) => journal.saveStep(lines, checkpoint));
  }

  saveEvaluation(rows: readonly EvaluationRow[], progress: RunProgress): Promise<void> {
    if (this.checkpoint?.progress.step === progress.step) this.checkpoint = { ...this.checkpoint, progress };
    return this.pass((journal) => journal.saveEvaluation(rows, progress));
  }

  saveSnapshot(step: number, parameters: Float32Array<ArrayBuffer>): Promise<void> {
    return this.pass((journal) => journal.saveSnapshot(step, parameters));
  }

  readonly judgements: Judgements = {
    get: async (key) => (await this.kept.get(key)) ?? this.lasting?.judgements.get(key),
    put: async (key, judgement) => {
      await this.kept.put(key, judgement);
      await this.pass((journal) => journal.judgements.put(key, judgement));
    },
  };

  private async pass(write: (journal: Journal) => Promise<void>): Promise<void> {
    if (!this.lasting) return;
    try {
      await write(this.lasting);
    } catch (error) {
      this.lasting = null;
      this.onProblem(
        error instanceof HerlError ? error : new HerlError("STORE_REFUSED", String(error), "Export the run"),
      );
    }
  }
}
