import { proxy } from "comlink";
import type { PlainError } from "../../errors";
import type { AskAnswer, AskedPolicy, AskRequest } from "../../runs/ask_commands";
import type { Trainer } from "../trainer";

/** One of the two that are asked. */
export class Side {
  /** `start`, `now`, or the id of a stored run. */
  who = $state("now");
  text = $state("");
  answer: AskAnswer | null = $state.raw(null);
  problem: PlainError | null = $state.raw(null);

  constructor(who: string) {
    this.who = who;
  }

  get policy(): AskedPolicy {
    return this.who === "start" || this.who === "now" ? { kind: this.who } : { kind: "run", id: this.who };
  }

  clear(): void {
    [this.text, this.answer, this.problem] = ["", null, null];
  }
}

/** A question in free words to two policies, one after the other. It stays when the dialog is closed. */
export class Asking {
  prompt = $state("");
  system = $state("");
  temperature = $state(0);
  topK = $state(0);
  topP = $state(1);
  minP = $state(0);
  maxNewTokens = $state(128);
  /** One a line. */
  stops = $state("");
  seed = $state(0);
  isAsking = $state(false);
  readonly sides = [new Side("start"), new Side("now")] as const;

  get request(): AskRequest {
    const { prompt, system, temperature, topK, topP, minP, maxNewTokens, stops, seed } = this;
    return {
      ...{ prompt, system, temperature, maxNewTokens, seed },
      truncation: topK > 0 || topP < 1 || minP > 0 ? { topK, topP, minP } : undefined,
      stops: stops.split("\n").filter((stop) => stop !== ""),
    };
  }

  async ask(trainer: Trainer): Promise<void> {
    const { request, sides } = this;
    this.isAsking = true;
    for (const side of sides) side.clear();
    for (const side of sides) {
      const answer = await trainer.ask(
        side.policy,
        request,
        proxy((text) => (side.text = text)),
      );
      if (answer === null) break;
      if ("problem" in answer) side.problem = answer.problem;
      else [side.answer, side.text] = [answer, answer.text];
    }
    this.isAsking = false;
  }
}

export const asking = new Asking();
