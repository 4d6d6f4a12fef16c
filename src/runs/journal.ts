import type { FailureRates, GradedUpdates } from "../rubric/adaptive/failure_rates";
import type { JudgeCounters } from "../rubric/judge/judge_counters";
import type { Judgements } from "../rubric/judge/judgements";
import type { PolicySnapshot } from "../policy/policy";
import type { CollapseProgress } from "./collapse";
import type { FirstSolved } from "./coverage";
import type { EvaluationRow } from "./evaluate";
import type { Manifest } from "./manifest";
import type { MetricsRow } from "./metrics";
import type { FailureRecord } from "./failure_records";
import type { RolloutRecord } from "./records";

/** How far a run has got: everything that a resumed session takes up besides the policy. */
export interface RunProgress {
  /** Updates done. */
  readonly step: number;
  /** Whether the evaluation that is due at `step` has been made. */
  readonly evaluated: boolean;
  readonly responses: number;
  readonly judgeCalls: number;
  readonly tokens: number;
  /** Written responses trained on. */
  readonly references: number;
  readonly digest: string;
  /** What the judge has cost so far; null without one. */
  readonly judge: JudgeCounters | null;
  /** Which tasks were solved at the first evaluation; absent before it, and in older runs. */
  readonly firstSolved?: FirstSolved;
  /** How often items are missed, for adaptive rubrics and for the reader. */
  readonly failureRates: FailureRates;
  /** In how many updates items were graded, by item key. */
  readonly gradedUpdates: GradedUpdates;
  readonly collapse: CollapseProgress;
}

/** What resuming needs. */
export interface Checkpoint {
  readonly progress: RunProgress;
  readonly policy: PolicySnapshot;
  /**
   * What a collapse goes back to: the policy of `progress.collapse.best`. Of use only where that evaluation is older
   * than the checkpoint, and absent where collapses only mark.
   */
  readonly best?: PolicySnapshot;
}

/** Everything recorded of one step. */
export interface StepLines {
  readonly metrics: MetricsRow;
  readonly rollouts: readonly RolloutRecord[];
  readonly failures: readonly FailureRecord[];
}

/** A run read back. */
export interface RecordedRun {
  readonly manifest: Manifest;
  readonly metrics: readonly MetricsRow[];
  readonly evaluations: readonly EvaluationRow[];
}

/**
 * Where a session writes as it goes: a folder in Node, IndexedDB in the page. A step is written whole or not at all,
 * so that a run killed at any moment resumes from its last checkpoint to the identical curve.
 */
export interface Journal {
  /** Writes the manifest of a new run. */
  begin(manifest: Manifest): Promise<void>;
  /** Puts another manifest in the place of the run's: the old one or the new one is there at any time. */
  amend(manifest: Manifest): Promise<void>;
  /** The last checkpoint, after dropping every record that is later than it; null for a run that has none. */
  resume(): Promise<Checkpoint | null>;
  saveStep(lines: StepLines, checkpoint: Checkpoint | null): Promise<void>;
  /** `progress` replaces that of the checkpoint if it is of the same step. */
  saveEvaluation(rows: readonly EvaluationRow[], progress: RunProgress): Promise<void>;
  /** Keeps the parameters of a step for analysis. */
  saveSnapshot(step: number, parameters: Float32Array<ArrayBuffer>): Promise<void>;
  /**
   * What judges answered in this run, undecided answers included: kept as they come and never dropped, so that a run
   * that is resumed or replayed asks nothing twice.
   */
  readonly judgements: Judgements;
}
