/** What is exported is what the libraries read: rows by their schemas, settings by their names, Python that runs. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { openSmallSession, smallConfig } from "../../../test/pocket";
import type { Variant } from "../../herl/config";
import { rubricReward } from "../../herl/reward";
import type { RubricItem, Verdict } from "../../rubric/schema";
import { withVariant } from "../presets";
import { parseConfig, type RunConfig } from "../config";
import type { StepLines } from "../journal";
import { noJournal } from "../replay";
import { openWorld } from "../world";
import { exportFiles, type ExportFormat, type ExportSource } from "./export_run";

const scratch = mkdtempSync(join(tmpdir(), "herl-export-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const variantOf = (variant: Variant): RunConfig => {
  const { rollouts, ...config } = parseConfig(withVariant(smallConfig(), variant));
  return {
    ...config,
    rollouts: Math.min(rollouts, 4),
    evaluation: { ...config.evaluation, every: 0, heldout: 4 },
  };
};

async function recorded(config: RunConfig): Promise<ExportSource> {
  const steps: StepLines[] = [];
  const journal = { ...noJournal(), saveStep: async (lines: StepLines) => void steps.push(lines) };
  const { session, manifest } = await openSmallSession(config, journal);
  const events = session.run(2);
  while (!(await events.next()).done);
  const rollouts = JSON.parse(
    JSON.stringify(steps.flatMap((step) => step.rollouts)),
  ) as ExportSource["rollouts"];
  return { manifest, metrics: steps.map(({ metrics }) => metrics), rollouts, world: openWorld(config) };
}

const lines = (text: string | undefined) =>
  text!
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const message = z.strictObject({ role: z.enum(["user", "assistant"]), content: z.string().min(1) });
const isJson = (schema: z.ZodType) =>
  z.string().refine((text) => schema.safeParse(JSON.parse(text)).success, "JSON of another shape");
const rubric = z.array(
  z.object({
    text: z.string(),
    weight: z.number().positive(),
    polarity: z.enum(["want", "avoid"]),
    check: z.object({ by: z.string() }),
  }),
);

/** Columns must be of one type in every row: Arrow holds them. */
const trlRow = z.strictObject({
  ...{ id: z.string(), prompt: z.tuple([message]), instruction_id_list: z.array(z.string()) },
  ...{ kwargs: isJson(z.array(z.record(z.string(), z.unknown()))), rubric: isJson(rubric) },
});
const verlRow = z.strictObject({
  ...{ data_source: z.string(), prompt: z.tuple([message]), ability: z.string() },
  reward_model: z.strictObject({
    style: z.literal("rule"),
    ground_truth: isJson(z.strictObject({ rubric })),
  }),
  extra_info: z.strictObject({
    ...{ split: z.enum(["train", "heldout"]), index: z.int().min(0), id: z.string(), question: z.string() },
    solution: z.string().optional(),
  }),
});

let herl: ExportSource;
beforeAll(async () => {
  herl = await recorded(variantOf("herl"));
});

describe("for TRL", () => {
  test("rows are a data set, each task of the run once, and the settings are those of the run", () => {
    const files = exportFiles(herl, "trl");
    const rows = lines(files.get("train.jsonl"));
    for (const row of [...rows, ...lines(files.get("heldout.jsonl"))]) trlRow.parse(row);
    expect(rows.map(({ id }) => id)).toEqual([0, 1, 2, 3].map((index) => herl.world.trainingTask(index).id));
    const { optimizer, training } = herl.manifest.config;
    expect(JSON.parse(files.get("config.json")!)).toMatchObject({
      ...{ trainer: "GRPOTrainer", config_class: "GRPOConfig", dataset: "train.jsonl" },
      args: {
        num_generations: 4,
        learning_rate: optimizer.learningRate,
        loss_type: "grpo",
        max_steps: 2,
        beta: 0,
      },
      lora: { r: training.rank, lora_alpha: training.alpha },
    });
    expect(files.get("README.md")).toContain("Revisions trained after the hindsight that they saw");
  });

  test("every response is there with what it got; a revision names its draft", () => {
    const rows = lines(exportFiles(herl, "trl").get("rollouts.jsonl"));
    expect(rows).toHaveLength(herl.rollouts.length);
    rows.forEach((row, i) => {
      const { reward, advantage, logprobs, role } = herl.rollouts[i];
      expect(row).toMatchObject({ reward, advantage, is_hindsight: role === "revision" });
      expect(row["logp_sum"]).toBeCloseTo(
        logprobs.reduce((a, b) => a + b, 0),
        9,
      );
      expect(row["parent"] !== null).toBe(role === "revision");
    });
    expect(rows.some(({ is_hindsight }) => is_hindsight)).toBe(true);
  });

  test("DPO trains on the pairs that the run compared, SFT on its references", async () => {
    const dpo = await recorded(variantOf("dpo"));
    const files = exportFiles(dpo, "trl");
    expect(JSON.parse(files.get("config.json")!)).toMatchObject({
      ...{ trainer: "DPOTrainer", dataset: "pairs.jsonl", args: { beta: 0.1, loss_type: "sigmoid" } },
    });
    const pairs = lines(files.get("pairs.jsonl"));
    const compared = dpo.rollouts.filter(({ advantage }) => advantage !== null && advantage > 0);
    expect(pairs.map(({ chosen }) => (chosen as { content: string }[])[0].content)).toEqual(
      compared.map(({ text }) => text),
    );
    const sft = await recorded(variantOf("sft"));
    const references = lines(exportFiles(sft, "trl").get("references.jsonl"));
    expect(references.length).toBeGreaterThan(0);
    for (const row of references)
      z.strictObject({ prompt: z.tuple([message]), completion: z.tuple([message]) }).parse(row);
  });
});

describe("for verl", () => {
  test("rows have what its data set and reward manager read", () => {
    const files = exportFiles(herl, "verl");
    for (const name of ["train.json", "heldout.json"])
      for (const row of lines(files.get(name))) verlRow.parse(row);
    expect(lines(files.get("metrics.jsonl"))[0]["critic/score/mean"]).toBe(herl.metrics[0]["reward"]);
  });

  const overridesOf = (script: string) =>
    Object.fromEntries(
      [...script.matchAll(/^ {2}'([^=]+)=(.*)' \\$/gm)].map(([, key, value]) => [key, value]),
    );

  test.each([
    ["herl", { train_use_rewrite_prompt: "True", reward_shaping_enable: "True" }],
    ["he", { train_use_rewrite_prompt: "True", reward_shaping_enable: "False" }],
    ["naivehe", { train_use_rewrite_prompt: "False", reward_shaping_enable: "False" }],
  ] as const)("%s sets the switches of the published HeRL code", (variant, switches) => {
    const config = variantOf(variant);
    const files = exportFiles({ ...herl, manifest: { ...herl.manifest, config } }, "verl");
    const overrides = overridesOf(files.get("run_herl.sh")!);
    for (const [name, value] of Object.entries(switches))
      expect(overrides[`+trainer.rewrite_he.${name}`]).toBe(value);
    expect(overrides["actor_rollout_ref.rollout.n"]).toBe("5");
    expect(overrides["actor_rollout_ref.actor.loss_agg_mode"]).toBe("seq-mean-token-mean");
    expect(files.get("run_verl.sh")).not.toContain("rewrite_he");
  });

  test("RLVR needs nothing beyond verl, and its README says so", () => {
    const manifest = { ...herl.manifest, config: variantOf("rlvr") };
    const files = exportFiles({ ...herl, manifest }, "verl");
    expect([...files.keys()].filter((name) => name.endsWith(".sh"))).toEqual(["run_verl.sh"]);
    expect(files.get("README.md")).toContain("The method is plain GRPO");
  });

  test("a shell takes the script apart as it was written", () => {
    const folder = write("verl");
    // A python3 that says what it was called with.
    writeFileSync(join(folder, "python3"), '#!/bin/sh\nfor a in "$@"; do echo "$a"; done\n', { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder}:${process.env["PATH"]}` };
    const { stdout } = spawnSync("sh", [join(folder, "run_herl.sh"), "a=b c"], { env, encoding: "utf8" });
    const given = stdout.trim().split("\n");
    expect(given.slice(0, 2)).toEqual(["-m", "verl.trainer.main_ppo"]);
    expect(given).toContain("actor_rollout_ref.actor.optim.betas=[0.9,0.999]");
    expect(given.at(-1)).toBe("a=b c");
  });
});

function write(format: ExportFormat, source: ExportSource = herl): string {
  const folder = join(scratch, format);
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of exportFiles(source, format)) writeFileSync(join(folder, name), content);
  return folder;
}

const python = (folder: string, ...args: string[]) =>
  spawnSync("python3", args, { cwd: folder, encoding: "utf8" });

// The Python is exported as it is; where there is no Python, it cannot be tried.
describe.skipIf(python(scratch, "--version").status !== 0)("reward.py", () => {
  test.each(["trl", "verl"] as const)("%s: every Python file compiles", (format) => {
    const folder = write(format);
    const files = [...exportFiles(herl, format).keys()].filter((name) => name.endsWith(".py"));
    const { status, stderr } = python(folder, "-m", "py_compile", ...files);
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  /** A package by IFEval's name whose verifiers look for a word. */
  const registry = `
class Has:
    def __init__(self, name): pass
    def build_description(self, word): self.word = word
    def check_following(self, response): return self.word in response
INSTRUCTION_DICT = {"test:has": Has}
`;
  const item = (word: string, weight: number, polarity: RubricItem["polarity"] = "want"): RubricItem => ({
    ...{ text: `Says ${word}.`, weight, polarity },
    check: { by: "code", verifier: "test:has", kwargs: { word } },
  });
  const judged: RubricItem = { text: "Is kind.", weight: 1, polarity: "want", check: { by: "judge" } };
  const cases: readonly (readonly [RubricItem[], string])[] = [
    [[item("red", 1), item("blue", 3)], "blue sky"],
    [[item("red", 1), item("blue", 3), item("bad", 2, "avoid")], "bad blue"],
    [[item("bad", 1, "avoid"), item("worse", 3, "avoid")], "so bad"],
    [[item("red", 1)], "red"],
    [[item("red", 1), item("bad", 5, "avoid")], "red bad"],
    [[item("red", 1), judged], "red"],
  ];
  const byHand = cases.map(([items, response]) =>
    rubricReward(
      items,
      items.map(({ check, polarity }): Verdict => {
        if (check.by === "judge") return { status: "unknown", reason: "" };
        const present = response.includes(check.kwargs["word"] as string);
        return { status: present === (polarity === "want") ? "satisfied" : "unmet" };
      }),
    ),
  );

  test("gives the reward of the playground, for TRL and for verl; an unknown item gives none", () => {
    const folder = write("trl");
    const at = join(folder, "instruction_following_eval");
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, "__init__.py"), "");
    writeFileSync(join(at, "instructions_registry.py"), registry);
    writeFileSync(join(folder, "cases.json"), JSON.stringify(cases));
    writeFileSync(
      join(folder, "try.py"),
      `
import json, reward
cases = json.load(open("cases.json"))
chat = lambda role, text: [{"role": role, "content": text}]
rewards = reward.rubric_reward(
    [chat("user", "q")] * len(cases), [chat("assistant", text) for _, text in cases], [json.dumps(items) for items, _ in cases]
)
def score(items, text):
    try:
        return reward.compute_score("herl/test", text, json.dumps({"rubric": items}))
    except ValueError as error:
        return str(error)
print(json.dumps([rewards, [score(*case) for case in cases]]))
`,
    );
    const { stdout, stderr } = python(folder, "try.py");
    expect(stderr).toBe("");
    const [rewards, scores] = JSON.parse(stdout) as [(number | null)[], ({ score: number } | string)[]];
    expect(rewards).toEqual(byHand);
    expect(scores.slice(0, 5)).toMatchObject(byHand.slice(0, 5).map((score) => ({ score, dense: score })));
    expect(scores[0]).toMatchObject({
      ...{ acc: 0, is_following_list: [false, true] },
      constraint_results: [
        { description: "Says red.", is_following: false },
        { description: "Says blue.", is_following: true },
      ],
    });
    expect(scores[5]).toContain("Is kind.");
  });
});
