import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readExperiment } from "../src/experiments/read_experiment";
import { loadRegistry } from "../src/rubric/verifiers/all";
import { presets } from "../src/runs/presets";
import { settings } from "../src/runs/settings";
import { parseTaskFile } from "../src/worlds/task_file";
import { taskFileSchema } from "../src/worlds/task_files/json_schema";

/** One row of a Markdown table. */
const row = (...cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

test("docs/configuration.md is what the schema says (run vitest with -u to write it anew)", async () => {
  const range = ({ choices, min, max }: (typeof settings)[number]) => {
    if (choices) return choices.map((choice) => `\`${choice}\``).join(", ");
    if (min === undefined) return "";
    return max === undefined || max >= Number.MAX_SAFE_INTEGER ? `from ${min}` : `${min} to ${max}`;
  };
  const text = [
    "# Configuration",
    "",
    "Every setting of a run. Change one with `--set KEY=VALUE` on the command line, with `?KEY=VALUE` in the page's",
    "address, or in its settings. A preset sets some of them, and the method (`--method`) those that tell the variants",
    "apart. This page is made from `src/runs/config.ts`.",
    "",
    "| setting | default | values | what it does |",
    "|---|---|---|---|",
    ...settings.map((setting) =>
      row(
        `\`${setting.key}\``,
        `\`${JSON.stringify(setting.default)}\``,
        range(setting),
        setting.description,
      ),
    ),
    "",
    "## Presets",
    "",
    ...presets.flatMap(({ name, description, config }) => [
      `### \`${name}\``,
      "",
      `${description}.`,
      "",
      "```json",
      JSON.stringify(config, null, 2),
      "```",
      "",
    ]),
  ].join("\n");
  await expect(text).toMatchFileSnapshot("../docs/configuration.md");
});

test("docs/task-file.schema.json is what task files are read by (-u as above)", async () => {
  const schema = taskFileSchema((await loadRegistry()).keys());
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot("../docs/task-file.schema.json");
});

test("the example in docs/experiments.md is an experiment", () => {
  const [, json] = /^```json\n([^]*?)^```$/m.exec(readFileSync("docs/experiments.md", "utf8"))!;
  expect(readExperiment(JSON.parse(json), "bonus").parts[0].arms).toHaveLength(3);
});

test("every example in docs/tasks.md is read", async () => {
  const examples = [...readFileSync("docs/tasks.md", "utf8").matchAll(/^```(jsonl?)\n([^]*?)^```$/gm)];
  expect(examples.length).toBeGreaterThanOrEqual(5);
  const registry = await loadRegistry();
  for (const [, , text] of examples) expect(parseTaskFile(text, registry), text).not.toEqual([]);
});
