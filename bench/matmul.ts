import type { Backend } from "../src/compute/backend";
import type { GpuTensor, KernelSource } from "../src/kernels/gpu";
import type { MatmulLayout } from "../src/kernels/matmul/matmul";
import { fastest, table } from "./measure";
import plainCode from "./workshop/matmul_plain.wgsl?raw";

/** The products of the pocket model over a batch: tokens × outputs × inputs. */
const shapes: [MatmulLayout, m: number, n: number, k: number][] = [
  ["NT", 512, 96, 96],
  ["NT", 512, 256, 96],
  ["NT", 512, 96, 256],
  ["NT", 512, 512, 96],
  ["NN", 512, 96, 256],
  ["TN", 96, 256, 512],
  ["NT", 512, 8, 96],
  ["NT", 512, 512, 512],
];

const plain: KernelSource = {
  name: "plain",
  code: plainCode,
  entryPoint: "plain",
  bindings: ["read", "read", "write"],
};

/** GFLOP/s at the model's shapes; on webgpu also the plain 4 × 4 kernel, timed in the same run. */
export async function benchMatmul(backend: Backend): Promise<string> {
  const rows: (string | number)[][] = [
    ["product", "GFLOP/s", ...(backend.name === "webgpu" ? ["plain 4×4", "ratio"] : [])],
  ];
  for (const [layout, m, n, k] of shapes) {
    const a = layout === "TN" ? backend.tensor(k, m) : backend.tensor(m, k);
    const b = layout === "NT" ? backend.tensor(n, k) : backend.tensor(k, n);
    const out = backend.tensor(m, n);
    const rate = (milliseconds: number) => (2 * m * n * k) / milliseconds / 1e6;
    // Several products per readback, as in a model.
    const repeat = Math.max(1, Math.round(2e7 / (2 * m * n * k)));
    const measure = (dispatch: () => void) =>
      fastest(async () => {
        for (let i = 0; i < repeat; i++) dispatch();
        await backend.read(out.slice(0, 1));
      });
    const own = rate((await measure(() => backend.kernels.matmul({ layout, a, b, out }))) / repeat);
    const row: (string | number)[] = [`${layout} ${m} × ${n} × ${k}`, own.toFixed(1)];
    if (backend.name === "webgpu" && layout !== "TN" && n >= 32) {
      const [ga, gb, gout] = [a, b, out] as GpuTensor[];
      const other = rate(
        (await measure(() =>
          gout.context.dispatch(plain, [ga, gb, gout], [n / 4, k / 4], [n / 32, m / 32]),
        )) / repeat,
      );
      row.push(other.toFixed(1), (own / other).toFixed(2));
    } else if (backend.name === "webgpu") row.push("–", "–");
    rows.push(row);
    for (const tensor of [a, b, out]) backend.free(tensor);
  }
  return table(rows);
}
