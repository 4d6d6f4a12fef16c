/** What a policy must do on every backend, checked against PyTorch and against itself. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../../compute/backend";
import { exp, log } from "../../kernels/math";
import { expectClose } from "../../kernels/testing";
import { seedKey } from "../../kernels/random/random";
import { LlamaPolicy, type LlamaPolicyOptions } from "../llama_policy";
import { allProjections } from "../lora";
import type { BranchScores, Tree } from "../policy";
import {
  adamwOptions,
  coefficientsOf,
  decodeNumbers,
  familyModels,
  fixture,
  fixtureConfig,
  fixtureTree,
  fixtureWeights,
  tiedModel,
  untiedModel,
  weightsOf,
  type RecordedModel,
} from "./fixture";

const lora = { rank: tiedModel.lora.rank, alpha: tiedModel.lora.alpha, targets: allProjections };
const loraTraining = { mode: "lora", lora, key: seedKey(3) } as const;
const fullTraining = { mode: "full" } as const;
const endIds = new Set([1]);
const optimizer = { ...adamwOptions, weightDecay: 0, maxGradNorm: 0 };

export function describePolicy(name: string, openBackend: () => Promise<Backend>): void {
  describe(`LlamaPolicy on ${name}`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await openBackend();
    });

    const open = (model: RecordedModel, options: Partial<LlamaPolicyOptions> = {}) =>
      new LlamaPolicy(backend, fixtureConfig(model.tied), fixtureWeights(model), {
        training: fullTraining,
        endIds,
        ...options,
      });

    /** A policy with PyTorch's adapter matrices. */
    function openWithAdapters(options: Partial<LlamaPolicyOptions> = {}): LlamaPolicy {
      const policy = open(tiedModel, { training: loraTraining, ...options });
      const matrices = Object.entries(tiedModel.lora.matrices);
      policy.model.parameters.write(new Map(matrices.map(([key, data]) => [key, decodeNumbers(data)])));
      return policy;
    }

    function expectScores(actual: BranchScores[], recorded: RecordedModel["scores"]): void {
      recorded.forEach(({ logprobs, entropies }, branch) => {
        expectClose(actual[branch].logprobs, decodeNumbers(logprobs), 1e-5);
        expectClose(actual[branch].entropies, decodeNumbers(entropies), 1e-5);
      });
    }

    async function expectGradients(policy: LlamaPolicy, recorded: Record<string, string>): Promise<void> {
      const { parameters } = policy.model;
      const gradients = await parameters.read(parameters.gradients);
      for (const [key, data] of Object.entries(recorded)) {
        // Relative to the largest entry of the matrix.
        expectClose(gradients.get(key)!, decodeNumbers(data), 1e-4);
      }
    }

    describe("agrees with PyTorch", () => {
      test.each([
        ["tied", tiedModel],
        ["untied", untiedModel],
      ])("log-probabilities, entropies and all gradients of a %s model", async (_name, model) => {
        const policy = open(model);
        const [scores] = await policy.score([fixtureTree]);
        expectScores(scores, model.scores);
        const [gradients] = await policy.backward([fixtureTree], coefficientsOf(model));
        expectScores(gradients, model.scores);
        await expectGradients(policy, model.gradients);
      });

      test.each(familyModels.map((model) => [model.name, model] as const))(
        "%s: log-probabilities, entropies, all gradients, and with adapters the same",
        async (_name, model) => {
          const weights = weightsOf(model.config, model.weights);
          const full = new LlamaPolicy(backend, model.config, weights, { training: fullTraining, endIds });
          const [scores] = await full.score([fixtureTree]);
          expectScores(scores, model.scores);
          await full.backward([fixtureTree], coefficientsOf(model));
          await expectGradients(full, model.gradients);

          for (const recompute of [false, true]) {
            const options = { training: loraTraining, endIds, recompute };
            const adapted = new LlamaPolicy(backend, model.config, weights, options);
            const matrices = Object.entries(model.lora.matrices);
            adapted.model.parameters.write(
              new Map(matrices.map(([key, data]) => [key, decodeNumbers(data)])),
            );
            const [adaptedScores] = await adapted.score([fixtureTree]);
            expectScores(adaptedScores, model.lora.scores);
            await adapted.backward([fixtureTree], coefficientsOf(model));
            await expectGradients(adapted, model.lora.gradients);
          }
        },
      );

      test("at another temperature", async () => {
        const policy = open(tiedModel);
        const [scores] = await policy.score([fixtureTree], { temperature: 0.7 });
        expectScores(scores, tiedModel.scoresAtTemperature);
        await policy.backward([fixtureTree], coefficientsOf(tiedModel), { temperature: 0.7 });
        await expectGradients(policy, tiedModel.gradientsAtTemperature);
      });

      test("LoRA on all seven projections", async () => {
        const policy = openWithAdapters();
        const [scores] = await policy.score([fixtureTree]);
        expectScores(scores, tiedModel.lora.scores);
        await policy.backward([fixtureTree], coefficientsOf(tiedModel));
        await expectGradients(policy, tiedModel.lora.gradients);
      });

      test("ten steps of AdamW with clipping", async () => {
        const policy = open(tiedModel);
        const { losses, gradNorms, parameters } = tiedModel.adamw;
        for (let step = 0; step < 10; step++) {
          const [branches] = await policy.backward([fixtureTree], coefficientsOf(tiedModel));
          const loss = branches.reduce(
            (sum, { coefficients, logprobs }) =>
              sum - coefficients.reduce((s, c, t) => s + c * logprobs[t], 0),
            0,
          );
          expect(loss).toBeCloseTo(losses[step], 3);
          const { gradNorm, skipped } = await policy.step(adamwOptions);
          expect(gradNorm / gradNorms[step]).toBeCloseTo(1, 3);
          expect(skipped).toBe(false);
        }
        const trained = await policy.model.parameters.read();
        for (const [key, data] of Object.entries(parameters))
          expectClose(trained.get(key)!, decodeNumbers(data), 1e-4);
      });
    });

    describe("equivalent ways give the same numbers", () => {
      const gradientsOf = async (policy: LlamaPolicy) => backend.read(policy.model.parameters.gradients);
      const separate: Tree[] = fixture.branches.map((ids) => ({ prompt: fixture.prompt, branches: [ids] }));
      const coefficient = coefficientsOf(tiedModel);

      test("a tree = its branches as separate sequences", async () => {
        const [tree, apart] = [openWithAdapters(), openWithAdapters()];
        const [together] = await tree.backward([fixtureTree], coefficient);
        const alone = await apart.backward(separate, (index) => coefficient(0, index));
        together.forEach(({ logprobs }, branch) => expectClose(alone[branch][0].logprobs, logprobs, 1e-6));
        expectClose(await gradientsOf(apart), await gradientsOf(tree), 1e-5);
      });

      test("the gradients of single branches add up to the tree's", async () => {
        const policy = openWithAdapters();
        const ones = (_tree: number, _branch: number, { logprobs }: BranchScores) => logprobs.map(() => 1);
        const alone = async (tree: Tree) => {
          await policy.backward([tree], ones);
          const gradients = await policy.readGradients();
          policy.clearGradients();
          return gradients;
        };
        const whole = await alone(fixtureTree);
        const parts: Float32Array[] = [];
        for (const tree of separate) parts.push(await alone(tree));
        const sum = whole.map((_, i) => parts.reduce((total, part) => total + part[i], 0));
        expectClose(sum, whole, 1e-5);
      });

      test("preserve puts back parameters, moments and accumulated gradients, whatever happens", async () => {
        const policy = openWithAdapters();
        await policy.backward([fixtureTree], coefficient);
        await policy.step(optimizer);
        await policy.backward([fixtureTree], coefficient);
        const [before, gradients] = [await policy.snapshot(), await gradientsOf(policy)];
        await expect(
          policy.preserve(async () => {
            await policy.backward([fixtureTree], coefficient);
            await policy.step(optimizer);
            throw new Error("in the midst");
          }),
        ).rejects.toThrow("in the midst");
        expect(await policy.snapshot()).toEqual(before);
        expect(await gradientsOf(policy)).toEqual(gradients);
      });

      test("⟨∇θ ln p_v, Δθ⟩ meets the change of ln p_v as the rate goes to zero", async () => {
        const policy = openWithAdapters();
        const { prompt } = fixture;
        const [token] = fixture.branches[0];
        await policy.backward([{ prompt, branches: [[token]] }], () => [1]);
        const gradient = await policy.readGradients(); // of L = −ln p_v
        policy.clearGradients();
        const [{ parameters }, logprob] = [await policy.snapshot(), (await policy.nextToken(prompt))[token]];
        const errorAt = (learningRate: number) =>
          policy.preserve(async () => {
            await policy.backward([fixtureTree], coefficient);
            await policy.step({ ...optimizer, learningRate });
            const step = (await policy.snapshot()).parameters;
            const predicted = -gradient.reduce((sum, g, i) => sum + g * (step[i] - parameters[i]), 0);
            return Math.abs(((await policy.nextToken(prompt))[token] - logprob) / predicted - 1);
          });
        const [large, small] = [await errorAt(3e-4), await errorAt(3e-5)];
        expect(large).toBeGreaterThan(0.02);
        expect(small).toBeLessThan(0.2 * large);
      });

      test("accumulated micro-batches = one batch", async () => {
        const batchShape = { maxRows: 8, maxSequences: 4, stepsPerRead: 1 };
        const [whole, cut] = [openWithAdapters(), openWithAdapters({ batchShape })];
        await whole.backward(separate, (index) => coefficient(0, index));
        await cut.backward(separate, (index) => coefficient(0, index));
        expectClose(await gradientsOf(cut), await gradientsOf(whole), 1e-5);
      });

      test("recomputed activations = kept ones", async () => {
        const [kept, recomputed] = [openWithAdapters(), openWithAdapters({ recompute: true })];
        await kept.backward([fixtureTree], coefficient);
        await recomputed.backward([fixtureTree], coefficient);
        expect(await gradientsOf(recomputed)).toEqual(await gradientsOf(kept));
      });

      test("plain text = a tree without a prompt: everything but the first token is predicted", async () => {
        const policy = open(tiedModel);
        const text = [...fixture.prompt, ...fixture.branches[0]];
        const [[plain]] = await policy.score([{ prompt: [], branches: [text] }]);
        expect(plain.logprobs).toHaveLength(text.length - 1);
        const [[branch]] = await policy.score([fixtureTree]);
        expectClose(plain.logprobs.slice(fixture.prompt.length - 1), branch.logprobs, 1e-6);
      });

      test("the next token's distribution agrees with the scores", async () => {
        const policy = open(tiedModel);
        const logprobs = await policy.nextToken(fixture.prompt);
        const [branches] = await policy.score([fixtureTree]);
        fixture.branches.forEach((ids, b) =>
          expect(logprobs[ids[0]]).toBeCloseTo(branches[b].logprobs[0], 5),
        );
        expect(logprobs.reduce((sum, l) => sum + exp(l), 0)).toBeCloseTo(1, 5);
      });
    });

    describe("samples", () => {
      const request = (seed: number, samples = 6) => ({
        prompt: fixture.prompt,
        samples,
        key: seedKey(seed),
      });
      const options = { temperature: 1, maxNewTokens: 9 };

      test("the log-probabilities of sampled tokens are those that training sees", async () => {
        const policy = openWithAdapters();
        const [rollouts] = await policy.sample([request(1)], options);
        const [scores] = await policy.score([
          { prompt: fixture.prompt, branches: rollouts.map((r) => r.ids) },
        ]);
        rollouts.forEach((rollout, i) => {
          expectClose(rollout.logprobs, scores[i].logprobs, 1e-5);
          expectClose(rollout.entropies, scores[i].entropies, 1e-5);
        });
      });

      test("a response ends at its end token, or is cut off without one", async () => {
        const policy = open(tiedModel);
        const [rollouts] = await policy.sample([request(2, 40)], options);
        for (const { ids, finish } of rollouts) {
          expect(ids.indexOf(1)).toBe(finish === "stop" ? ids.length - 1 : -1);
          expect(ids.length).toBeLessThanOrEqual(9);
          if (finish === "length") expect(ids).toHaveLength(9);
        }
        expect(new Set(rollouts.map((r) => r.finish))).toEqual(new Set(["stop", "length"]));
      });

      test("depend on their request's key alone, not on the company they are computed in", async () => {
        const policy = open(tiedModel);
        const [alone] = await policy.sample([request(5, 2)], options);
        const [, together] = await policy.sample([request(4, 3), request(5, 2), request(6, 2)], options);
        expect(together.map((r) => r.ids)).toEqual(alone.map((r) => r.ids));
        const small = open(tiedModel, { batchShape: { maxRows: 5, maxSequences: 2, stepsPerRead: 3 } });
        const [, waves] = await small.sample([request(4, 3), request(5, 2)], options);
        expect(waves.map((r) => r.ids)).toEqual(alone.map((r) => r.ids));
      });

      test("temperature 0 takes the most probable token", async () => {
        const policy = open(tiedModel);
        const [[greedy]] = await policy.sample([request(1, 1)], { temperature: 0, maxNewTokens: 3 });
        const logprobs = await policy.nextToken(fixture.prompt);
        expect(greedy.ids[0]).toBe(logprobs.indexOf(Math.max(...logprobs)));
      });

      test("a distribution that is cut down to its likely part is drawn from alone", async () => {
        const policy = open(tiedModel);
        const short = { maxNewTokens: 3 };
        const greedy = await policy.sample([request(1, 1)], { ...short, temperature: 0 });
        const truncation = { topK: 1, topP: 1, minP: 0 };
        const [[only]] = await policy.sample([request(1, 1)], { ...short, temperature: 1, truncation });
        expect(only.ids).toEqual(greedy[0][0].ids);
        expectClose(only.logprobs, new Float32Array(only.ids.length), 1e-6);
        const likely = { topK: 0, topP: 1, minP: 0.5 };
        const [drawn] = await policy.sample([request(2, 40)], {
          maxNewTokens: 1,
          temperature: 1,
          truncation: likely,
        });
        const logprobs = await policy.nextToken(fixture.prompt);
        const least = Math.max(...logprobs) + log(0.5);
        expect(drawn.every(({ ids: [first] }) => logprobs[first] >= least - 1e-5)).toBe(true);
      });

      test("tokens are delivered as they come", async () => {
        const policy = open(tiedModel);
        const seen: number[][] = [[], []];
        const onToken = (_request: number, sample: number, id: number) => void seen[sample].push(id);
        const [rollouts] = await policy.sample([request(7, 2)], { ...options, onToken });
        expect(seen).toEqual(rollouts.map((r) => r.ids));
      });

      test("a prompt that leaves no room is refused; a nearly full one cuts the response", async () => {
        const policy = open(tiedModel, { contextLength: 8 });
        const [[short]] = await policy.sample([request(8, 1)], { temperature: 1, maxNewTokens: 50 });
        expect(short.ids.length).toBeLessThanOrEqual(3);
        const long = { ...request(8, 1), prompt: [1, 2, 3, 4, 5, 6, 7, 8] };
        await expect(policy.sample([long], options)).rejects.toMatchObject({ code: "CONTEXT_TOO_LONG" });
        await expect(
          policy.score([{ prompt: [1, 2, 3, 4, 5], branches: [[1, 2, 3, 4]] }]),
        ).rejects.toMatchObject({
          code: "CONTEXT_TOO_LONG",
        });
      });

      test("abort stops it", async () => {
        const policy = open(tiedModel);
        const signal = AbortSignal.abort(new Error("enough"));
        await expect(policy.sample([request(1)], { ...options, signal })).rejects.toThrow("enough");
      });
    });

    describe("learns", () => {
      test("a positive coefficient makes a response more likely, and the reference stays", async () => {
        const policy = openWithAdapters();
        policy.markReference();
        const before = await policy.score([fixtureTree]);
        await policy.backward([fixtureTree], (_t, branch) =>
          new Float32Array(fixture.branches[branch].length).fill(1),
        );
        await policy.step({ ...optimizer, learningRate: 0.001 });
        const sum = (scores: BranchScores[][]) =>
          scores[0].flatMap((b) => [...b.logprobs]).reduce((a, b) => a + b);
        expect(sum(await policy.score([fixtureTree]))).toBeGreaterThan(sum(before) + 1e-3);
        expect(await policy.score([fixtureTree], { weights: "reference" })).toEqual(before);
        expect(sum(await policy.score([fixtureTree]))).toBeGreaterThan(sum(before) + 1e-3);
      });

      test("a snapshot brings back the very same future", async () => {
        const policy = openWithAdapters();
        const update = async () => {
          await policy.backward([fixtureTree], coefficientsOf(tiedModel));
          return policy.step(optimizer);
        };
        await update();
        const snapshot = await policy.snapshot();
        const future = [await update(), await update(), await policy.snapshot()];
        policy.restore(snapshot);
        expect([await update(), await update(), await policy.snapshot()]).toEqual(future);
      });

      test("a gradient that is not finite changes nothing and is reported", async () => {
        const policy = openWithAdapters();
        const before = await policy.snapshot();
        await policy.backward([fixtureTree], (_t, branch) =>
          new Float32Array(fixture.branches[branch].length).fill(branch === 1 ? Infinity : 1),
        );
        expect((await policy.step(optimizer)).skipped).toBe(true);
        expect(await policy.snapshot()).toEqual(before);
        // The bad gradient is gone, and the next step works.
        await policy.backward([fixtureTree], coefficientsOf(tiedModel));
        expect((await policy.step(optimizer)).skipped).toBe(false);
      });
    });
  });
}
