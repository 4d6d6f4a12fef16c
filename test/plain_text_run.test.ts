/** What a run forgets: the perplexity of plain texts and the KL to the start, at every evaluation. */
import { expect, test } from "vitest";
import { CpuBackend } from "../src/compute/cpu";
import { openLearner } from "../src/runs/learner";
import { driftOf } from "../src/runs/evaluate_run";
import { type EvaluationRow } from "../src/runs/evaluate";
import { openWorld } from "../src/runs/world";
import { hashTaskLines, taskLines } from "../src/worlds/task_lines";
import { englishRegistry } from "../src/rubric/verifiers/registry";
import { Session } from "../src/runs/session";
import { noJournal } from "../src/runs/replay";
import { openSmallSession, pocketModel, smallConfig } from "./pocket";

async function evaluations(settings: [string, string][]): Promise<{ rows: EvaluationRow[]; digest: string }> {
  const { session } = await openSmallSession(smallConfig(settings));
  const rows: EvaluationRow[] = [];
  for await (const event of session.run(2)) if (event.type === "evaluation") rows.push(...event.rows);
  return { rows, digest: session.digest };
}

const texts = 12;
// So large a step that the model forgets its language in two of them.
const settings: [string, string][] = [["optimizer.learningRate", "0.05"]];

test("perplexity is exp of the mean −ln π of the texts' tokens, and rises when the model is broken", async () => {
  const plain = await evaluations([...settings, ["evaluation.plain", String(texts)]]);
  const [before, after] = plain.rows.filter(({ split }) => split === "plain");
  expect([before.step, after.step]).toEqual([0, 2]);
  expect(before).toMatchObject({ reward: null, all_met: null, by_id: {} });

  const config = smallConfig();
  const world = openWorld(config);
  const { policy, codec } = openLearner(await CpuBackend.create(), pocketModel, config, world);
  let [sum, tokens] = [0, 0];
  for (const { instruction, response } of world.plainTexts(texts)) {
    const prompt = codec.encode([{ role: "user", content: instruction }]);
    const ids = codec.encodeResponse(response);
    expect(codec.decode(ids)).toBe(response);
    expect(pocketModel.tokenizer.endIds.has(ids.at(-1)!)).toBe(true);
    for (let t = 0; t < ids.length; t++)
      sum -= (await policy.nextToken([...prompt, ...ids.slice(0, t)]))[ids[t]];
    tokens += ids.length;
  }
  expect(before.n).toBe(tokens);
  expect(before.perplexity).toBeCloseTo(Math.exp(sum / tokens), 3);
  // The language has some 500 tokens; a model that knows it is sure of most of them.
  expect(before.perplexity).toBeLessThan(3);
  expect(after.perplexity!).toBeGreaterThan(2 * before.perplexity!);
});

test("the KL to the start is 0 before the first update and grows with it; both estimates are recorded", async () => {
  const { rows } = await evaluations([...settings, ["evaluation.plain", "2"]]);
  const [before, after] = rows.filter(({ split }) => split === "heldout");
  expect([before.kl, before.kl_k1]).toEqual([0, 0]);
  expect(after.kl!).toBeGreaterThan(0.01);
  expect(after.kl_k1!).toBeGreaterThan(0.01);
  expect(rows.filter(({ split }) => split === "close").every(({ kl }) => kl === undefined)).toBe(true);
});

test("both estimates of the KL, by hand", async () => {
  const score = (weights?: string) => Float32Array.of(weights === "reference" ? -2 : -1, -0.5);
  const policy = {
    score: (trees: unknown[], { weights }: { weights?: string } = {}) =>
      Promise.resolve(trees.map(() => [{ logprobs: score(weights), entropies: new Float32Array(2) }])),
  };
  const drift = await driftOf(policy as never, [{ prompt: [1], ids: [2, 3] }], 1);
  // ln π_ref − ln π is −1 for the one token and 0 for the other.
  expect(drift.kl_k1).toBeCloseTo((1 + 0) / 2, 12);
  expect(drift.kl).toBeCloseTo((Math.exp(-1) + 1 - 1) / 2, 12);
});

test("it changes nothing that is trained, and is part of the digest", async () => {
  const steps = async (plain: string) => {
    const { session } = await openSmallSession(smallConfig([["evaluation.plain", plain]]));
    const seen: unknown[] = [];
    for await (const event of session.run(2))
      if (event.type === "step") seen.push([event.metrics["loss"], event.metrics["reward"]]);
    return { seen, digest: session.digest };
  };
  const [without, with4] = [await steps("0"), await steps("4")];
  expect(with4.seen).toEqual(without.seen);
  expect(with4.digest).not.toBe(without.digest);
});

test("a task file has no plain texts: a run that asks for them is refused", async () => {
  const task = { id: "t", prompt: "Write.", rubric: openWorld(smallConfig()).trainingTask(0).rubric };
  const lines = taskLines(Array.from({ length: 20 }, (_, i) => ({ ...task, id: `t${i}` })));
  const config = smallConfig([
    ["world.source", "file"],
    ["world.tasks", hashTaskLines(lines)],
    ["evaluation.plain", "4"],
  ]);
  const world = openWorld(config, { lines, registry: englishRegistry });
  const learner = openLearner(await CpuBackend.create(), pocketModel, config, world);
  expect(() => new Session({ config, world, learner, journal: noJournal() })).toThrow("evaluation.plain");
  expect(() => world.plainTexts(0)).not.toThrow();
});
