import { HerlError } from "../errors";
import { httpJudge, type HttpJudge } from "../rubric/judge/http_judge";
import type { JudgeCounters } from "../rubric/judge/judge_counters";
import { judgeConfigSchema } from "../rubric/judge/judge_config";
import { judgeServers } from "../rubric/judge/servers";
import type { JudgeAccess } from "../runs/open_grader";
import { describeIssue } from "../rubric/rubric_record";
import { text, UsageError, type Option, type Values } from "./arguments";
import { judgementFile } from "./judgement_file";

/** Options of every command that asks a judge. */
export const judgeOptions: Readonly<Record<string, Option>> = {
  judge: {
    type: "string",
    value: "URL",
    description: `Judge of the items that code cannot decide: an OpenAI-compatible server, or one of ${judgeServers.map(({ id }) => id).join(", ")}`,
  },
  "judge-model": { type: "string", value: "NAME", description: "The judge's model, as its server names it" },
  "judge-key-env": {
    type: "string",
    value: "VAR",
    description: "Environment variable that holds the judge's key",
  },
  "judge-set": {
    type: "string",
    value: "KEY=VALUE",
    multiple: true,
    description: "Change a setting of the judge, for instance votes=3; may be repeated",
  },
  "judge-cache": {
    type: "string",
    value: "FILE",
    description:
      "Where the judge's answers are kept, so that nothing is asked twice (default: OUT.judgements.jsonl)",
  },
};

/** The judge that the options describe; null where they name none. Throws CONFIG_INVALID. */
export function openJudge(values: Values, out: string): HttpJudge | null {
  const access = judgeAccess(values, out);
  return access && httpJudge(access);
}

/** How a run reaches the judge that its settings name. Throws CONFIG_INVALID where the environment has no such key. */
export function runJudge(values: Values): JudgeAccess {
  const key = keyOf(text(values, "judge-key-env"));
  return { key: () => key, fetch };
}

/** How to reach the judge that the options describe; null where they name none. Throws CONFIG_INVALID. */
export function judgeAccess(values: Values, out: string) {
  const address = text(values, "judge");
  const settings = (values["judge-set"] as string[] | undefined) ?? [];
  if (address === undefined) {
    const others = Object.keys(judgeOptions).filter((name) => values[name] !== undefined);
    if (others.length > 0) throw new UsageError(`--${others[0]} needs --judge`);
    return null;
  }
  const parsed = judgeConfigSchema.safeParse({
    ...Object.fromEntries(settings.map(setting)),
    url: judgeServers.find(({ id }) => id === address)?.url ?? address,
    model: text(values, "judge-model") ?? "",
  });
  if (!parsed.success)
    throw new HerlError(
      "CONFIG_INVALID",
      `The judge's settings: ${describeIssue(parsed.error)}`,
      "Correct it; see docs/judges.md",
    );
  const key = keyOf(text(values, "judge-key-env"));
  const cache = text(values, "judge-cache") ?? `${out}.judgements.jsonl`;
  return { config: parsed.data, key: () => key, fetch, judgements: judgementFile(cache) };
}

/** What a judge has spent, on one line. */
export const judgeLine = (counters: JudgeCounters): string => {
  const { calls, retries, cached, promptTokens, completionTokens, money, unknown } = counters;
  const cost = money > 0 ? `, ${money.toFixed(4)} in money` : "";
  return (
    `judge: ${calls} calls (${retries} again), ${cached} answers kept from before, ` +
    `${promptTokens} tokens read, ${completionTokens} written${cost}; ${unknown} items unknown`
  );
};

function setting(pair: string): [string, unknown] {
  const at = pair.indexOf("=");
  if (at < 1) throw new UsageError(`--judge-set ${pair}: write KEY=VALUE`);
  const value = pair.slice(at + 1);
  const isPlain = /^(true|false|-?\d+(\.\d+)?)$/.test(value);
  return [pair.slice(0, at), isPlain ? (JSON.parse(value) as unknown) : value];
}

function keyOf(variable: string | undefined): string | null {
  if (variable === undefined) return null;
  const key = process.env[variable];
  if (key) return key;
  throw new HerlError(
    "CONFIG_INVALID",
    `The environment has no variable ${variable}, or it is empty`,
    "Set it to the judge's key; --judge-key-env takes the variable's name, never the key",
  );
}
