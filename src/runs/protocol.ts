/**
 * What passes between the page and the thread that trains: commands one way, events the other, all plain data. No
 * tensor ever crosses.
 */
import type { BoundChain } from "../analysis/bound";
import type { Diffusion } from "../analysis/flows";
import type { AdapterDescription, BackendName } from "../compute/backend";
import type { ProbeResult } from "../compute/probe";
import type { ErrorCode } from "../errors";
import type { Counterfactual } from "../herl/counterfactual";
import type { Phase } from "../herl/trainer";
import type { Transfer } from "../herl/transfer";
import type { JudgeCounters } from "../rubric/judge/judge_counters";
import type { CalibrationProgress } from "./calibrate";
import type { RunConfig } from "./config";
import type { EvaluationRow } from "./evaluate";
import type { ExportFormat } from "./export/export_run";
import type { Manifest } from "./manifest";
import type { MetricsRow } from "./metrics";
import type { RecordedStart } from "./start";
import type { SplitProposal } from "./splits";

/** What the page shows of the model. */
export interface ModelCard {
  readonly name: string;
  readonly sha256: string;
  readonly parameters: number;
  readonly trained: number;
  readonly layers: number;
  readonly dim: number;
  readonly contextLength: number;
  /** Printable text of every token. */
  readonly vocabulary: readonly string[];
  readonly endIds: readonly number[];
}

/** A rubric item as the page shows it. */
export interface ItemView {
  readonly text: string;
  readonly weight: number;
  readonly polarity: "want" | "avoid";
  /** Verifier id, or null when a judge decides. */
  readonly verifier: string | null;
}

export interface VerdictView {
  readonly status: "satisfied" | "unmet" | "unknown";
  readonly reason?: string;
  readonly evidence?: string;
  readonly cached?: true;
  readonly by?: "judge";
}

/** The verdicts on one response, which came before its phase is done. */
export interface GradedView {
  readonly source: "rollout" | "revision";
  readonly group: number;
  readonly index: number;
  readonly verdicts: readonly VerdictView[];
}

/** One response of a group, as far as the step has got; fields that are not known yet are null. */
export interface ResponseView {
  readonly source: "rollout" | "revision";
  readonly index: number;
  /** For a revision: the rollout that it revises. */
  readonly draft: number | null;
  /** For a rollout: whether it was chosen for revision; for a revision: whether it joined the group. */
  readonly chosen: boolean;
  readonly text: string;
  readonly ids: readonly number[];
  readonly logprobs: readonly number[];
  readonly entropies: readonly number[];
  readonly finish: "stop" | "length";
  readonly verdicts: readonly VerdictView[] | null;
  /** The rubric's; the mean of its scores where the method trains on those. */
  readonly reward: number | null;
  /** α(r̃ − r); 0 without one. */
  readonly bonus: number;
  /** The soft overlong penalty; absent without one. */
  readonly overlong?: number;
  /** Written by somebody else: a reference, or the response that DPO rejects; absent for what the policy sampled. */
  readonly origin?: "reference" | "rejected";
  /** Indices of the items that its scaffold showed; absent without one. */
  readonly shown?: readonly number[];
  /** For a draft that was replayed: the edited instruction that it satisfies, and the indices of the items in it. */
  readonly replayed?: { readonly prompt: string; readonly items: readonly number[] };
  /** Its segments as ExpRL scored them; absent for methods without scores. */
  readonly segments?: readonly SegmentView[];
  /** Null when the response takes no part in the update. */
  readonly advantage: number | null;
  /** What each token received; null before the gradient, or when the row has none. */
  readonly gradient: TokenGradientView | null;
}

/** One segment of a response that was scored against a hidden reference. */
export interface SegmentView {
  /** Without the separator at its end. */
  readonly text: string;
  readonly tokens: number;
  /** In [0, 1]; null where the response could not be scored. */
  readonly score: number | null;
  /** Null when the response takes no part in the update, or the advantages are not known yet. */
  readonly advantage: number | null;
}

/** Per token of a row. */
export interface TokenGradientView {
  /** c = ∂J/∂ln p: what stands for A in equation (2). */
  readonly coefficients: readonly number[];
  readonly ratios: readonly number[];
  readonly clipped: readonly ("low" | "high" | null)[];
  /** The ratio's weight in the gradient: ρ·f′(ρ) for a shaped token, 1 or 0 for a clipped one. */
  readonly weights: readonly number[];
  readonly unsampledMass: readonly number[];
  readonly effectiveCounts: readonly number[];
}

/** An instruction and its rubric. */
export interface TaskView {
  readonly task: { readonly id: string; readonly prompt: string };
  readonly items: readonly ItemView[];
}

export interface GroupView extends TaskView {
  readonly responses: readonly ResponseView[];
  /** Mean of the rows' rewards, bonus included; null before the advantages. */
  readonly mean: number | null;
  readonly droppedPrompts: number;
}

/** Sums over the update of what sampled and unsampled logits received (`analysis/flows.ts`). */
export interface FlowsView {
  readonly positiveSampled: number;
  readonly positiveUnsampled: number;
  readonly negativeSampled: number;
  readonly negativeUnsampled: number;
  readonly diffusedOver: number | null;
}

/** The whole step after one of its phases. */
export interface StepView {
  /** The update that this step makes: 1 for the first. */
  readonly step: number;
  readonly phase: Phase;
  readonly groups: readonly GroupView[];
  readonly flows: {
    readonly all: FlowsView;
    readonly rollouts: FlowsView;
    readonly revisions: FlowsView;
  } | null;
  readonly desiredShare: { readonly share: number | null; readonly coverage: number } | null;
  /** The sums behind the desired share. */
  readonly diffusion: Diffusion | null;
  readonly transfer: Transfer | null;
  /** The chain of (13) by group; null unless the step was analysed. */
  readonly bound: readonly (BoundChain | null)[] | null;
}

/** What the session is doing. `pausing`: it stops at the next phase. */
export type SessionStatus =
  "opening" | "paused" | "playing" | "pausing" | "stepping" | "evaluating" | "failed";

export interface RunSummary {
  readonly id: string;
  readonly manifest: Manifest;
  readonly steps: number;
  readonly updated: string;
  readonly digest: string;
}

export type RunEvent =
  | {
      readonly type: "opened";
      readonly runId: string;
      readonly config: RunConfig;
      /** The adapter that it started from; null for the bare model. */
      readonly start: RecordedStart | null;
      readonly model: ModelCard;
      readonly adapter: AdapterDescription;
      readonly probe: ProbeResult;
      /** Records of a resumed run. */
      readonly metrics: readonly MetricsRow[];
      readonly evaluations: readonly EvaluationRow[];
    }
  | { readonly type: "status"; readonly status: SessionStatus }
  /** The tasks of a step that begins: what its tokens answer. */
  | { readonly type: "tasks"; readonly step: number; readonly tasks: readonly TaskView[] }
  /** Tokens as they are sampled, batched: flat quadruples of source (0 rollout, 1 revision), group, sample, id. */
  | { readonly type: "tokens"; readonly step: number; readonly tokens: readonly number[] }
  /** Verdicts as they come, in a run that has a judge. */
  | { readonly type: "verdicts"; readonly step: number; readonly graded: readonly GradedView[] }
  | { readonly type: "step"; readonly view: StepView }
  | { readonly type: "metrics"; readonly row: MetricsRow }
  /** Items that stay unmet could be split finer. */
  | { readonly type: "proposals"; readonly step: number; readonly proposals: readonly SplitProposal[] }
  /** An earlier update is made again: `done` of `of` updates. */
  | { readonly type: "revisiting"; readonly done: number; readonly of: number }
  /** What the judge has cost and how it did, after each change. */
  | { readonly type: "judge"; readonly counters: JudgeCounters }
  /** A judge is being calibrated: `done` of `of` responses, and what that has cost. */
  | ({ readonly type: "calibrating" } & CalibrationProgress)
  /** The run is paused by its judge; `goOn` takes it up again. */
  | { readonly type: "waiting"; readonly code: ErrorCode; readonly message: string; readonly cure: string }
  | { readonly type: "evaluation"; readonly rows: readonly EvaluationRow[] }
  /** Something the reader should know that stopped nothing, with what was done about it. */
  | { readonly type: "notice"; readonly code: ErrorCode; readonly message: string; readonly cure: string }
  | {
      readonly type: "failed";
      readonly code: ErrorCode | "INTERNAL";
      readonly message: string;
      readonly cure: string;
    };

/** A token of the present step. */
export interface TokenReference {
  readonly group: number;
  readonly source: "rollout" | "revision";
  readonly index: number;
  readonly token: number;
}

/** The next-token distribution at one position, before and after the update. */
export interface TokenInspection {
  readonly reference: TokenReference;
  /** The step that it was taken in: by the time an answer arrives, the page may show the next one. */
  readonly step: number;
  readonly sampled: number;
  /** ln π of every token of the vocabulary before the update. */
  readonly before: Float32Array;
  /** The same after it; null until the update is done. */
  readonly after: Float32Array | null;
  readonly coefficient: number | null;
  readonly advantage: number | null;
}

/** One position of the last finished update: what the step did, and what its gradients say that it should do. */
export interface TokenAnalysis {
  readonly reference: TokenReference;
  readonly step: number;
  readonly sampled: number;
  /** c = ∂J/∂ln p of the sampled token; null when its response took no part. */
  readonly coefficient: number | null;
  /** ln p of every token before the update, at θ. */
  readonly before: Float32Array;
  /** ln p of every token at θ + fraction · Δθ. */
  readonly after: Float32Array;
  readonly fraction: number;
  /** fraction · ⟨∇θ ln p_v, Δθ⟩ of the sampled and the most probable tokens. */
  readonly firstOrder: { readonly ids: readonly number[]; readonly change: readonly number[] };
}

/** Pushes the token of a reference, alone, with the policy before the update. */
export interface PushRequest {
  /** A > 0 pulls it up, A < 0 pushes it down. */
  readonly advantage: number;
  readonly steps: number;
  readonly learningRate: number;
}

export interface TokenPush {
  readonly reference: TokenReference;
  readonly step: number;
  readonly sampled: number;
  /** ln p of every token: before, and after each step. */
  readonly distributions: readonly Float32Array[];
}

/** What is changed of the last finished update; its responses stay as they are. */
export interface ChangeRequest {
  /** Settings of the method as text, for instance ["bonus.alpha", "0.2"]. */
  readonly settings: readonly (readonly [key: string, value: string])[];
  readonly rewards?: Counterfactual["rewards"];
  readonly advantages?: Counterfactual["advantages"];
  readonly dropRevisions?: boolean;
}

export interface RevisitRequest {
  readonly runId: string;
  readonly step: number;
}

/** The update as it would have been. */
export interface TrialView {
  readonly view: StepView;
  /** Between the gradient of the recorded update and of this one; null when one is 0. */
  readonly cosine: number | null;
  /** The inner product of both gradients. */
  readonly product: number;
  readonly recordedNorm: number;
  readonly changedNorm: number;
  /** ln p of every token at the asked position: before, after the recorded update, after this one. */
  readonly nextToken: {
    readonly sampled: number;
    readonly before: Float32Array;
    readonly recorded: Float32Array;
    readonly changed: Float32Array;
  } | null;
}

export interface OpenRequest {
  readonly config: RunConfig;
  readonly backend: BackendName | "auto";
  /** Continue this stored run instead of starting one. */
  readonly resume?: string;
  /** Start from the adapter of this stored run instead of the bare model. */
  readonly from?: string;
  /** For a run on a task file: lines as `taskLines` writes them. Without them those with its SHA-256 are looked up. */
  readonly tasks?: string;
}

/** What the page can ask of the training thread. Errors arrive as `failed` events; promises then resolve all the same. */
export interface TrainerCommands {
  open(request: OpenRequest): Promise<void>;
  play(): void;
  /** Stops at the next phase. */
  pause(): void;
  /** Runs to the end of the present update, or of the next one. */
  stepUpdate(): void;
  stepPhase(): void;
  /** Milliseconds to wait after each phase while playing; 0 is as fast as it goes. */
  setDelay(milliseconds: number): void;
  /** Takes up what an error of the judge interrupted: playing, an update, a phase. */
  goOn(): void;
  inspect(reference: TokenReference): Promise<TokenInspection | null>;
  /** Samples, grades and revises one group for a composed task with the present policy, without training. */
  probe(
    topic: { animal: string; place: string },
    constraints: readonly { family: string; kwargs: Record<string, unknown> }[],
  ): Promise<GroupView>;
  /**
   * Makes an earlier update of a stored run again (`revisiting` events tell how far it is) and asks the lab's questions
   * about it from then on; null goes back to the last finished update. Resolves with the update, or null when it was
   * cancelled.
   */
  revisit(request: RevisitRequest | null): Promise<StepView | null>;
  cancelRevisit(): void;
  listRuns(): Promise<readonly RunSummary[]>;
  deleteRun(id: string): Promise<void>;
  /** A .zip file: the run folder, or what another library trains from. */
  exportRun(id: string, format?: ExportFormat): Promise<Uint8Array<ArrayBuffer>>;
}
