import { rankOrder } from "../analysis/rank_order";
import { tryStep, compareTrials, type Trial } from "../herl/counterfactual";
import type { StepState } from "../herl/trainer";
import { pushToken, tokenStep } from "../herl/token_lab";
import type { PolicySnapshot, TrainablePolicy } from "../policy/policy";
import { methodOf, type RunConfig } from "./config";
import { positionOf, withPolicy } from "./position";
import type {
  ChangeRequest,
  PushRequest,
  TokenAnalysis,
  TokenPush,
  TokenReference,
  TrialView,
} from "./protocol";
import { withSettings } from "./settings";
import { stepView } from "./views";

/** A finished update with the policy on both sides of it: what the gradient lab works on. */
export interface FinishedStep {
  readonly step: number;
  readonly state: StepState;
  readonly before: PolicySnapshot;
  readonly after: PolicySnapshot;
}

/** How far an answer is, in passes through the model. */
export interface AnswerProgress {
  readonly done: number;
  readonly of: number;
}

export type OnAnswerProgress = (progress: AnswerProgress) => void;

/** Of an answer: how to stop it, and who is told how far it is. */
export interface AnswerOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnAnswerProgress;
}

export interface AnalyzeOptions extends AnswerOptions {
  readonly fraction: number;
  readonly tokens: number;
}

/** Most tokens that are predicted to first order at once: each costs a backward pass. */
const mostTokens = 64;

/** Questions about one finished update. Every answer leaves the policy exactly as it was. */
export class Lab {
  private readonly policy: TrainablePolicy;
  private readonly config: RunConfig;
  private readonly finished: FinishedStep;
  private recorded: Trial | null = null;

  constructor(policy: TrainablePolicy, config: RunConfig, finished: FinishedStep) {
    this.policy = policy;
    this.config = config;
    this.finished = finished;
  }

  get step(): number {
    return this.finished.step;
  }

  /** What the step did at one position, beside first order. Null for a token that is not there. */
  async analyzeToken(
    reference: TokenReference,
    { fraction, tokens, signal, onProgress }: AnalyzeOptions,
  ): Promise<TokenAnalysis | null> {
    const at = this.positionOf(reference);
    if (!at) return null;
    const { before, after, step } = this.finished;
    const { sampled, coefficient } = at;
    const choose = (probable: Float32Array) =>
      [sampled, ...rankOrder(probable).filter((id) => id !== sampled)].slice(0, Math.min(tokens, mostTokens));
    const result = await tokenStep(this.policy, {
      ...{ ...at, before, after, fraction, choose, signal },
      onScore: (done) => onProgress?.({ done, of: tokens }),
    });
    return { ...{ reference, step, sampled, coefficient, fraction }, ...result };
  }

  /** Pushes one token of one position of the policy before the update, alone. */
  async pushToken(
    reference: TokenReference,
    { advantage, steps, learningRate }: PushRequest,
    { signal, onProgress }: AnswerOptions = {},
  ): Promise<TokenPush | null> {
    const at = this.positionOf(reference);
    if (!at) return null;
    const optimizer = { ...methodOf(this.config).optimizer, learningRate };
    const distributions = await withPolicy(this.policy, this.finished.before, () =>
      pushToken(this.policy, {
        ...{ ...at, token: at.sampled, advantage, steps, optimizer, signal },
        onStep: (done) => onProgress?.({ done, of: steps }),
      }),
    );
    return { reference, step: this.step, sampled: at.sampled, distributions };
  }

  /**
   * The step as it would have been. Throws CONFIG_KEY or CONFIG_INVALID for settings that do not exist or are out of
   * range.
   */
  async tryChange(
    request: ChangeRequest,
    reference: TokenReference | null,
    signal?: AbortSignal,
  ): Promise<TrialView> {
    const { settings, rewards, advantages, dropRevisions } = request;
    const config = withSettings(this.config, settings);
    const { state, before, after, step } = this.finished;
    const at = reference && this.positionOf(reference);
    const change = { config: methodOf(config), rewards, advantages, dropRevisions };
    const changed = await tryStep(this.policy, state.groups, change, { before, prefix: at?.prefix, signal });
    const recorded = (this.recorded ??= await tryStep(
      this.policy,
      state.groups,
      { config: methodOf(this.config) },
      { before, signal },
    ));
    const look = (policy: PolicySnapshot) =>
      withPolicy(this.policy, policy, () =>
        this.policy.nextToken(at!.prefix, { temperature: at!.temperature }),
      );
    return {
      view: stepView({ ...state, groups: changed.groups, update: changed.update, bound: null }, step),
      ...compareTrials(recorded, changed),
      nextToken: at && {
        sampled: at.sampled,
        before: await look(before),
        recorded: await look(after),
        changed: changed.nextToken!,
      },
    };
  }

  private positionOf(reference: TokenReference) {
    return positionOf(this.finished.state, reference, this.config);
  }
}
