import { hashOf } from "../../hash";
import { chatEndpoint, endpointName } from "./endpoint";
import type { JudgeConfig } from "./judge_config";
import { promptVersion } from "./prompt";

/**
 * What a judge is known by: SHA-256, as 64 hexadecimal digits, over every setting that could change a verdict, and the
 * words that it is asked in. How fast, how patiently and for how much money it is asked is not among them. Throws
 * CONFIG_INVALID for an address that is none.
 */
export function judgeId(config: JudgeConfig): string {
  const { model, itemsPerCall, votes, temperature, maxTokens, structured, evidence, reasons } = config;
  const settings = [model, itemsPerCall, votes, temperature, maxTokens, structured, evidence, reasons];
  const fields = [promptVersion, endpointName(chatEndpoint(config.url)), settings];
  return hashOf(fields);
}
