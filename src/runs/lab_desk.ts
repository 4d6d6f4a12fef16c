import type { TrainablePolicy } from "../policy/policy";
import type { RunConfig } from "./config";
import type { FinishedStep, Lab } from "./lab";
import type { RunEnvironment, RunOpener } from "./open_run";
import type { RevisitRequest } from "./protocol";
import type { Revisit } from "./revisit";

/** An update of the open run, with what the lab needs to ask about it. */
interface LastUpdate {
  readonly policy: TrainablePolicy;
  readonly config: RunConfig;
  readonly finished: FinishedStep;
}

/**
 * Whom the lab's questions go to: the last finished update of the open run, or an earlier one that was made again. The
 * code that answers is loaded with the first question.
 */
export class LabDesk {
  private readonly opener: RunOpener;
  private readonly environment: RunEnvironment;
  private last: LastUpdate | null = null;
  private lab: Lab | null = null;
  private revisited: Revisit | null = null;
  /** The earlier update that was asked for last. */
  private wanted: RevisitRequest | null = null;

  constructor(opener: RunOpener, environment: RunEnvironment) {
    this.opener = opener;
    this.environment = environment;
  }

  /** An update is done: questions are about it from now on, unless an earlier one is looked at. */
  take(update: LastUpdate): void {
    this.last = update;
    this.lab = null;
  }

  /** Another run begins. */
  clear(): void {
    this.last = null;
    this.lab = null;
    this.leave();
  }

  async asked(): Promise<Lab | null> {
    if (this.revisited?.lab) return this.revisited.lab;
    const { last } = this;
    if (!last) return null;
    const { Lab } = await import("./lab");
    return (this.lab ??= new Lab(last.policy, last.config, last.finished));
  }

  /** Goes to an earlier update, which is yet to be made again; null when another one was asked for meanwhile. */
  async goTo(request: RevisitRequest): Promise<Revisit | null> {
    this.leave();
    this.wanted = request;
    const { Revisit } = await import("./revisit");
    if (this.wanted !== request) return null;
    return (this.revisited = new Revisit(this.opener, this.environment, request));
  }

  /** Goes back to the last finished update. */
  leave(): void {
    this.wanted = null;
    this.revisited?.close();
    this.revisited = null;
  }
}
