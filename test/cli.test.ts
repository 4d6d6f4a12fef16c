/** The contract of the command line: what goes in, what comes out, and how it fails. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MetricsRow } from "../src/runs/metrics";
import type { StepView } from "../src/runs/protocol";
import { readSafetensors } from "../src/policy/safetensors";
import { bundle } from "../tools/bundle.mjs";

const scratch = mkdtempSync(join(tmpdir(), "herl-cli-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const path = (name: string) => join(scratch, name);

let program: string;
beforeAll(async () => {
  program = await bundle("src/cli/main.ts");
}, 60_000);

function herl(...args: (string | number)[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args.map(String)], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

function succeed(...args: (string | number)[]): string {
  const { status, stdout, stderr } = herl(...args);
  expect(stderr).not.toMatch(/^[A-Z_]+: /m);
  expect(status).toBe(0);
  return stdout;
}

const writeLines = (name: string, lines: unknown[]) =>
  writeFileSync(path(name), lines.map((line) => JSON.stringify(line)).join("\n"));
const readLines = (name: string) =>
  readFileSync(path(name), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, never>);

const messages = [{ role: "user", content: "Write about a fox at the lake.\n1. Use no commas." }];
const small = [
  "groups=2",
  "rollouts=3",
  "maxNewTokens=32",
  "evaluation.heldout=4",
  "evaluation.close=2",
  "evaluation.ood=2",
].flatMap((setting) => ["--set", setting]);
const train = (out: string, ...more: (string | number)[]) =>
  succeed("train", "--preset", "pocket", "--out", path(out), ...small, ...more);

describe("tokens", () => {
  test("tokenize writes the text after the template, and its ids", () => {
    writeLines("in.jsonl", [
      { text: "The red fox ran." },
      { messages, addGenerationPrompt: true },
      { messages, addGenerationPrompt: false },
    ]);
    succeed("tokenize", "--model", "pocket", "--in", path("in.jsonl"), "--out", path("out.jsonl"));
    const [plain, prompt, bare] = readLines("out.jsonl") as unknown as { text: string; ids: number[] }[];
    expect(plain.text).toBe("The red fox ran.");
    expect(prompt.text).toBe(`<|user|>${messages[0].content}<|end|><|model|>`);
    expect(bare.text).toBe(`<|user|>${messages[0].content}<|end|>`);
    expect(prompt.ids.slice(0, bare.ids.length)).toEqual(bare.ids);
  });

  test("generate and score agree on the log-probabilities; the same seed gives the same samples", () => {
    writeLines("prompts.jsonl", [{ messages }]);
    const generate = (out: string, seed: number) =>
      succeed(
        "generate",
        "--in",
        path("prompts.jsonl"),
        "--out",
        path(out),
        "--samples",
        2,
        "--max-new-tokens",
        20,
        "--seed",
        seed,
      );
    generate("a.jsonl", 5);
    generate("b.jsonl", 5);
    generate("c.jsonl", 6);
    const samples = readLines("a.jsonl") as unknown as {
      ids: number[];
      logprobs: number[];
      finish: string;
      text: string;
    }[];
    expect(readLines("b.jsonl")).toEqual(samples);
    expect(readLines("c.jsonl")).not.toEqual(samples);
    expect(samples.map(({ finish }) => ["stop", "length"].includes(finish))).toEqual([true, true]);

    succeed("tokenize", "--in", path("prompts.jsonl"), "--out", path("prompt.jsonl"));
    const [{ ids: prompt }] = readLines("prompt.jsonl") as unknown as { ids: number[] }[];
    writeLines(
      "whole.jsonl",
      samples.map(({ ids }) => ({ ids: [...prompt, ...ids] })),
    );
    succeed("score", "--in", path("whole.jsonl"), "--out", path("scores.jsonl"));
    (readLines("scores.jsonl") as unknown as { ids: number[]; logprobs: number[] }[]).forEach(
      ({ ids, logprobs }, i) => {
        expect(logprobs).toHaveLength(ids.length - 1);
        logprobs.slice(prompt.length - 1).forEach((l, t) => expect(l).toBeCloseTo(samples[i].logprobs[t], 4));
      },
    );
  });

  test("temperature 0 is greedy: every sample is the same", () => {
    writeLines("prompts.jsonl", [{ messages }]);
    succeed(
      "generate",
      "--in",
      path("prompts.jsonl"),
      "--out",
      path("g.jsonl"),
      "--temperature",
      0,
      "--samples",
      2,
      "--max-new-tokens",
      8,
    );
    const [a, b] = readLines("g.jsonl") as unknown as { ids: number[] }[];
    expect(a.ids).toEqual(b.ids);
  });

  test("a response ends before a stop string; drawn among one token only, it is the greedy one", () => {
    writeLines("prompts.jsonl", [{ messages }]);
    const generate = (...options: string[]) => {
      const files = ["--in", path("prompts.jsonl"), "--out", path("s.jsonl")];
      succeed("generate", ...files, "--max-new-tokens", 30, ...options);
      return (readLines("s.jsonl") as unknown as { ids: number[]; text: string; finish: string }[])[0];
    };
    const whole = generate("--temperature", "0");
    const ended = generate("--temperature", "0", "--stop", "nowhere", "--stop", ".");
    expect(ended.text).toBe(whole.text.slice(0, whole.text.indexOf(".")));
    expect(ended.ids).toEqual(whole.ids.slice(0, ended.ids.length));
    expect(ended.finish).toBe("stop");
    expect(generate("--top-k", "1").ids).toEqual(whole.ids);
  });
});

describe("runs", () => {
  test("several threads give the digest of one", () => {
    const digests = [1, 2].map((threads) => {
      train(`threads-${threads}`, "--steps", 1, "--threads", threads);
      return readFileSync(path(`threads-${threads}/digest.txt`), "utf8");
    });
    expect(digests[1]).toBe(digests[0]);
  });

  test("train writes the run folder, resume continues it to the same digest, replay reproduces it", () => {
    train("whole", "--steps", 3, "--seed", 4);
    train("halves", "--steps", 1, "--seed", 4);
    train("halves", "--steps", 3, "--resume");
    const digest = (name: string) => readFileSync(path(`${name}/digest.txt`), "utf8");
    expect(digest("halves")).toBe(digest("whole"));
    expect(readLines("whole/metrics.jsonl").map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(readLines("whole/eval.jsonl").map(({ split }) => split)).toEqual(["heldout", "close", "ood"]);
    const rollouts = readLines("whole/rollouts.jsonl") as unknown as {
      role: string;
      ids: number[];
      logprobs: number[];
    }[];
    expect(rollouts.every(({ ids, logprobs }) => ids.length === logprobs.length)).toBe(true);
    expect(new Set(rollouts.map(({ role }) => role))).toEqual(new Set(["rollout", "draft", "revision"]));
    expect(succeed("replay", path("whole"))).toContain(digest("whole").trim());
  });

  test("analyze: the update as recorded, flows that add up, the chain of (13) in every group", () => {
    train("analyzed", "--steps", 2, "--seed", 5);
    succeed("analyze", "--run", path("analyzed"), "--step", 2, "--out", path("analysis.json"));
    const { view, metrics } = JSON.parse(readFileSync(path("analysis.json"), "utf8")) as {
      view: StepView;
      metrics: MetricsRow;
    };
    const recorded = readLines("analyzed/metrics.jsonl")[1] as unknown as MetricsRow;
    expect(metrics["loss"]).toBe(recorded["loss"]);
    expect(metrics["gradient/negative_sampled"]).toBe(recorded["gradient/negative_sampled"]);

    const { all, rollouts, revisions } = view.flows!;
    expect(rollouts.negativeSampled + revisions.negativeSampled).toBeCloseTo(all.negativeSampled, 9);
    const tokens = view.groups.flatMap(({ responses }) =>
      responses.flatMap(({ gradient }) =>
        gradient ? gradient.coefficients.map((c, t) => c * gradient.unsampledMass[t]) : [],
      ),
    );
    const pushed = tokens.filter((mass) => mass < 0).reduce((sum, mass) => sum + mass, 0);
    expect(pushed).toBeCloseTo(all.negativeSampled, 7);
    for (const chain of view.bound!) {
      expect(chain!.error).toBeLessThanOrEqual(chain!.deviationBound * (1 + 1e-9));
      expect(chain!.deviationBound).toBeLessThanOrEqual(chain!.unmetBound * (1 + 1e-9));
    }
    expect(view.bound).toHaveLength(2);
    expect(metrics["hindsight/transfer_isolated"]).toEqual(expect.any(Number));
    expect(herl("analyze", "--run", path("analyzed"), "--step", 9, "--out", path("x.json")).stderr).toContain(
      "STEP_MISSING",
    );
  });

  test("a trained adapter loads: score changes, and grad gives the gradient of every matrix by PEFT's names", () => {
    train("adapter-run", "--steps", 2, "--set", "optimizer.learningRate=0.01");
    const adapter = path("adapter-run/adapter");
    writeLines("ids.jsonl", [{ ids: [5, 80, 200, 33, 7] }]);
    succeed("score", "--in", path("ids.jsonl"), "--out", path("plain.jsonl"));
    succeed("score", "--in", path("ids.jsonl"), "--out", path("adapted.jsonl"), "--adapter", adapter);
    expect(readLines("adapted.jsonl")).not.toEqual(readLines("plain.jsonl"));

    writeLines("coef.jsonl", [{ ids: [5, 80, 200, 33, 7], coef: [9, 1, 0, -0.5, 2] }]);
    const { loss } = JSON.parse(
      succeed("grad", "--adapter", adapter, "--in", path("coef.jsonl"), "--out", path("g.safetensors")),
    ) as { loss: number };
    const [{ logprobs }] = readLines("adapted.jsonl") as unknown as { logprobs: number[] }[];
    expect(loss).toBeCloseTo(-(logprobs[0] - 0.5 * logprobs[2] + 2 * logprobs[3]), 4);
    const gradients = readSafetensors(readFileSync(path("g.safetensors")));
    expect(gradients.size).toBe(3 * 7 * 2);
    const { rows, cols, floats } = gradients.get(
      "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight",
    )!;
    expect([rows, cols]).toEqual([96, 8]);
    expect(floats.some((g) => g !== 0)).toBe(true);
  });

  test("eval measures a run's adapter on a task file", () => {
    writeLines("tasks.jsonl", [
      { key: 1, prompt: messages[0].content, instruction_id_list: ["punctuation:no_comma"], kwargs: [{}] },
      {
        key: 2,
        prompt: "Write about a bear at the gate.\n1. Use 2 bullets.",
        instruction_id_list: ["detectable_format:number_bullet_lists"],
        kwargs: [{ num_bullets: 2 }],
      },
    ]);
    train("eval-run", "--steps", 1);
    succeed(
      "eval",
      "--run",
      path("eval-run"),
      "--tasks",
      path("tasks.jsonl"),
      "--samples",
      4,
      "--max-new-tokens",
      40,
      "--out",
      path("eval.json"),
    );
    const result = JSON.parse(readFileSync(path("eval.json"), "utf8")) as {
      n: number;
      by_id: object;
      pass_at_k: Record<string, number>;
    };
    expect(result.n).toBe(8);
    expect(Object.keys(result.by_id)).toEqual([
      "detectable_format:number_bullet_lists",
      "punctuation:no_comma",
    ]);
    expect(Object.keys(result.pass_at_k)).toEqual(["1", "2", "4"]);
    expect(result.pass_at_k["4"]).toBeGreaterThanOrEqual(result.pass_at_k["1"]);
  });

  test("grade answers item by item, and null where it cannot", () => {
    writeLines("tasks.jsonl", [
      {
        key: "a",
        prompt: "p",
        instruction_id_list: ["punctuation:no_comma", "no:such_rule"],
        kwargs: [{}, {}],
      },
    ]);
    writeLines("responses.jsonl", [{ key: "a", response: "None here." }]);
    succeed(
      "grade",
      "--tasks",
      path("tasks.jsonl"),
      "--responses",
      path("responses.jsonl"),
      "--out",
      path("grades.jsonl"),
    );
    expect(readLines("grades.jsonl")).toMatchObject([
      { key: "a", follow: [true, null], reward: null, unknown: [expect.stringContaining("no:such_rule")] },
    ]);
  });
});

describe("failing", () => {
  const fails = (code: string, ...args: (string | number)[]) => {
    const { status, stderr } = herl(...args);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(new RegExp(`^${code}: .+\\. .+\\.$`, "m"));
    expect(status).toBe(1);
  };

  test("one line with code and cure, and status 1", () => {
    fails("FILE_MISSING", "score", "--model", path("none.gguf"), "--in", path("x"), "--out", path("y"));
    writeFileSync(path("bad.jsonl"), '{"text": "ok"}\nnot json\n');
    fails("FILE_FORMAT", "tokenize", "--in", path("bad.jsonl"), "--out", path("y"));
    fails("PRESET_UNKNOWN", "train", "--preset", "nothing", "--steps", 1, "--out", path("z"));
    fails("CONFIG_KEY", "train", "--steps", 1, "--out", path("z"), "--set", "gamma=2");
    fails("CONFIG_INVALID", "train", "--steps", 1, "--out", path("z"), "--set", "hindsight.gamma=-2");
    fails("RUN_MISSING", "replay", path("nowhere"));
  });

  test("a truncated and a lying model file", () => {
    const model = readFileSync(join(import.meta.dirname, "../public/models/pocket.gguf"));
    writeFileSync(path("short.gguf"), model.subarray(0, 3000));
    fails("GGUF_TRUNCATED", "tokenize", "--model", path("short.gguf"), "--in", path("x"), "--out", path("y"));
    const lying = Uint8Array.from(model);
    new DataView(lying.buffer).setBigUint64(8, 2n ** 60n, true);
    writeFileSync(path("lying.gguf"), lying);
    fails("GGUF_[A-Z_]+", "tokenize", "--model", path("lying.gguf"), "--in", path("x"), "--out", path("y"));
  });

  test("an instruction that is too long for the context", () => {
    writeLines("long.jsonl", [{ text: "fox ".repeat(5000) }]);
    fails("CONTEXT_TOO_LONG", "generate", "--in", path("long.jsonl"), "--out", path("y"));
  });

  test("wrong usage: status 2", () => {
    for (const args of [
      ["nothing"],
      [],
      ["train"],
      ["train", "--steps", "x", "--out", "y"],
      ["score", "--what"],
      ["replay"],
    ])
      expect(herl(...args).status).toBe(2);
  });

  test("help for every command", () => {
    for (const [, command] of succeed("--help").matchAll(/^ {2}(\w+)/gm))
      expect(succeed(command, "--help")).toContain(`Usage: herl ${command}`);
  });
});
