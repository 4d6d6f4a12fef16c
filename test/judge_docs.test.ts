import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "../src/zod";
import { judgeConfigSchema } from "../src/rubric/judge/judge_config";
import { judgeServers } from "../src/rubric/judge/servers";
import { judgeErrors } from "../src/rubric/judge/judge";

const text = readFileSync(join(import.meta.dirname, "../docs/judges.md"), "utf8");

interface Field {
  readonly description: string;
  readonly default: unknown;
}

test("docs/judges.md lists every setting as the schema says", () => {
  const { properties } = z.toJSONSchema(judgeConfigSchema, { io: "input" }) as unknown as {
    properties: Record<string, Field>;
  };
  const rows = Object.entries(properties).map(
    ([key, field]) => `| \`${key}\` | \`${JSON.stringify(field.default)}\` | ${field.description} |`,
  );
  expect(text.split("## Settings")[1].trim().split("\n").slice(4)).toEqual(rows);
});

test("docs/judges.md lists every server with its address, and every error", () => {
  const rows = [...text.matchAll(/^\| `([\w.]+)` \| `(https?:[^`]+)` \|/gm)].map(([, id, url]) => ({
    id,
    url,
  }));
  expect(rows).toEqual(judgeServers.map(({ id, url }) => ({ id, url })));
  for (const code of judgeErrors) expect(text).toContain(`\`${code}\``);
});
