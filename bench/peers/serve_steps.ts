/** One step of training; resolves with the loss. */
type Step = () => Promise<number>;

/**
 * A worker's side of the benchmark: it opens an engine when it is told where it shall compute, and takes one step of
 * training for each message after that. `open(device)` resolves with a function that resolves with the loss.
 */
export function serveSteps<Device>(open: (device: Device) => Promise<Step>): void {
  let step: Step | undefined;
  self.addEventListener("message", async ({ data: device }: MessageEvent<Device>) => {
    try {
      const started = performance.now();
      if (step) {
        const loss = await step();
        self.postMessage({ milliseconds: performance.now() - started, loss });
      } else {
        step = await open(device);
        self.postMessage({ milliseconds: performance.now() - started });
      }
    } catch (error) {
      self.postMessage({ error: error instanceof Error ? error.stack : String(error) });
    }
  });
}

/** The sizes of the model and of its batch; every engine draws its own weights and tokens. */
export const sizes = { layers: 4, dim: 128, ffn: 512, heads: 4, vocab: 1024, batch: 8, length: 128 };

/** Numbers that a generator of one word gives: uniform, and normal with deviation .02. */
export function draws() {
  let state = 1;
  const uniform = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 4294967296;
  const normal = () => 0.02 * Math.sqrt(-2 * Math.log(uniform() + 1e-9)) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normals: (count: number) => Float32Array.from({ length: count }, normal) };
}

/** Tokens of the batch, and the token after each. */
export function tokens({ uniform }: Pick<ReturnType<typeof draws>, "uniform">) {
  const { vocab, batch, length } = sizes;
  const rows = Array.from({ length: batch }, () =>
    Array.from({ length: length + 1 }, () => Math.floor((uniform() * vocab) / 20)),
  );
  return {
    inputs: Int32Array.from(rows.flatMap((row) => row.slice(0, -1))),
    targets: Int32Array.from(rows.flatMap((row) => row.slice(1))),
  };
}
