import { hashOf } from "../../hash";
import { endpointName } from "./endpoint";
import type { JudgeConfig } from "./judge_config";
import { promptVersion } from "./prompt";

/** What distinguishes one question from another under the same configuration. */
export interface Question {
  readonly instruction: string;
  readonly response: string;
  /** The items' texts: polarity is not asked about, so it changes no answer. */
  readonly texts: readonly string[];
  /** Which of the votes this is, from 0. */
  readonly vote: number;
}

/** SHA-256, as 64 hexadecimal digits, over everything that could change the answer to a question. */
export function judgementKey(
  endpoint: URL,
  config: Pick<JudgeConfig, "model" | "temperature" | "maxTokens" | "structured" | "evidence" | "reasons">,
  { instruction, response, texts, vote }: Question,
): string {
  const { model, temperature, maxTokens, structured, evidence, reasons } = config;
  const asked = [model, temperature, maxTokens, structured, evidence, reasons];
  const fields = [promptVersion, endpointName(endpoint), asked, instruction, response, texts, vote];
  return hashOf(fields);
}
