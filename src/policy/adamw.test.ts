/** The optimiser around the kernel: clipping, the guard, bias correction, snapshots. By hand, on the cpu. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Backend } from "../compute/backend";
import { CpuBackend } from "../compute/cpu";
import { Adamw } from "./adamw";
import { Parameters } from "./parameters";
import type { OptimizerOptions } from "./policy";

const options: OptimizerOptions = {
  ...{ learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 0 },
};

let backend: Backend;
let parameters: Parameters;
let adamw: Adamw;

/** Two matrices; the first one leaves a gap in the pool. */
const names = ["a", "b"] as const;

beforeEach(async () => {
  backend = await CpuBackend.create();
  parameters = new Parameters(backend, [
    { name: "a", rows: 1, cols: 3 },
    { name: "b", rows: 2, cols: 1 },
  ]);
  parameters.write(
    new Map([
      ["a", Float32Array.of(1, 2, 3)],
      ["b", Float32Array.of(4, 5)],
    ]),
  );
  adamw = new Adamw(parameters);
});

function setGradients(a: number[], b: number[]): void {
  [a, b].forEach((gradient, i) =>
    backend.write(parameters.get(names[i]).gradient, Float32Array.from(gradient)),
  );
}

const values = async () => {
  const read = await parameters.read();
  return [...read.get("a")!, ...read.get("b")!];
};

const expectValues = async (expected: number[]) => {
  const actual = await values();
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 5));
};

describe("one step", () => {
  test("with the moments corrected for their start, the first step is lr · sign of the gradient", async () => {
    setGradients([0.5, -2, 0], [1e-3, 7]);
    const { gradNorm, skipped } = await adamw.step(options);
    expect(gradNorm).toBeCloseTo(Math.sqrt(0.25 + 4 + 1e-6 + 49), 5);
    expect(skipped).toBe(false);
    await expectValues([0.9, 2.1, 3, 3.9, 4.9]);
  });

  test("uses its gradients up", async () => {
    setGradients([1, 1, 1], [1, 1]);
    await adamw.step(options);
    expect((await backend.read(parameters.gradients)).every((g) => g === 0)).toBe(true);
    expect((await adamw.step(options)).gradNorm).toBe(0);
  });

  test("weight decay is decoupled: it shrinks the parameters, not the gradient", async () => {
    setGradients([0, 0, 0], [0, 0]);
    await adamw.step({ ...options, weightDecay: 0.5 });
    await expectValues([1, 2, 3, 4, 5].map((value) => value * (1 - 0.1 * 0.5)));
  });

  test("the norm is clipped over all matrices together", async () => {
    // A gradient of norm 5, clipped to 1; with a huge epsilon the step is proportional to the gradient.
    const linear = { ...options, epsilon: 1e3, learningRate: 1e3, maxGradNorm: 1 };
    setGradients([3, 0, 0], [4, 0]);
    expect((await adamw.step(linear)).gradNorm).toBeCloseTo(5, 6);
    await expectValues([1 - 0.6 / (1 + 0.6e-3), 2, 3, 4 - 0.8 / (1 + 0.8e-3), 5]);
  });

  test("a gradient within the norm, or any with maxGradNorm 0, is left alone", async () => {
    const linear = { ...options, epsilon: 1e3, learningRate: 1e3 };
    setGradients([0.3, 0, 0], [0.4, 0]);
    await adamw.step({ ...linear, maxGradNorm: 1 });
    await expectValues([1 - 0.3 / (1 + 0.3e-3), 2, 3, 4 - 0.4 / (1 + 0.4e-3), 5]);
    const fresh = new Parameters(backend, [{ name: "a", rows: 1, cols: 1 }]);
    backend.write(fresh.get("a").gradient, Float32Array.of(50));
    await new Adamw(fresh).step(linear);
    expect((await fresh.read()).get("a")![0]).toBeCloseTo(-50 / 1.05, 3);
  });
});

describe("a gradient that is not finite", () => {
  test.each([NaN, Infinity, -Infinity])(
    "%d: nothing is changed, it is reported and forgotten",
    async (bad) => {
      setGradients([1, -1, 1], [1, 1]);
      await adamw.step(options);
      const before = await adamw.snapshot();
      setGradients([0.1, bad, 0.1], [0, 0]);
      const { gradNorm, skipped } = await adamw.step({ ...options, weightDecay: 0.5 });
      expect(skipped).toBe(true);
      expect(Number.isFinite(gradNorm)).toBe(false);
      // Neither parameters, nor moments, nor the count of steps, on which the correction depends.
      expect(await adamw.snapshot()).toEqual(before);
      setGradients([1, -1, 1], [1, 1]);
      expect(await adamw.step(options)).toMatchObject({ skipped: false });
    },
  );
});

describe("snapshots", () => {
  const gradients = (step: number) => [[1, -step, 0.5].map((g) => g / (step + 1)), [step, -1]] as const;
  const take = async (from: number, to: number) => {
    for (let step = from; step < to; step++) {
      const [a, b] = gradients(step);
      setGradients([...a], [...b]);
      await adamw.step({ ...options, weightDecay: 0.1, maxGradNorm: 1 });
    }
    return adamw.snapshot();
  };

  test("bring back parameters, moments and the count of steps: the same future, to the last bit", async () => {
    const middle = await take(0, 3);
    const end = await take(3, 7);
    adamw.restore(middle);
    expect(await adamw.snapshot()).toEqual(middle);
    expect(await take(3, 7)).toEqual(end);
    expect(end.steps).toBe(7);
  });

  test("restoring forgets gradients that have added up", async () => {
    const start = await adamw.snapshot();
    setGradients([1, 1, 1], [1, 1]);
    adamw.restore(start);
    expect((await adamw.step(options)).gradNorm).toBe(0);
  });

  test("are copies: later steps do not reach into them", async () => {
    const start = await adamw.snapshot();
    const [first] = start.parameters;
    await take(0, 2);
    expect(start.parameters[0]).toBe(first);
  });
});
