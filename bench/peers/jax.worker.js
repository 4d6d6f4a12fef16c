// The model of the benchmark in jax-js: gradient and AdamW in one compiled function.
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { draws, serveSteps, sizes, tokens } from "./serve_steps";

const { layers, dim, ffn, heads, vocab, batch, length } = sizes;
const [learningRate, beta1, beta2, epsilon, decay] = [1e-3, 0.9, 0.95, 1e-8, 0.01];

function rmsNorm(x, gain) {
  const meanSquare = np.square(x.ref).mean(-1, { keepdims: true });
  return x.mul(np.reciprocal(np.sqrt(meanSquare.add(1e-5)))).mul(gain);
}

/** Mean cross-entropy; tokens are one-hot, since a lookup has no gradient there. */
function lossOf(parameters, inputs, targets) {
  let hidden = np.matmul(inputs, parameters.embedding.ref).add(parameters.positions);
  for (const block of parameters.blocks) {
    const qkv = np.matmul(rmsNorm(hidden.ref, block.norm1), block.qkv);
    const [q, k, v] = np.split(qkv, 3, -1).map((x) => x.reshape([batch, length, heads, dim / heads]));
    const mixed = nn.dotProductAttention(q, k, v, { isCausal: true }).reshape([batch, length, dim]);
    hidden = hidden.add(np.matmul(mixed, block.output));
    const up = nn.gelu(np.matmul(rmsNorm(hidden.ref, block.norm2), block.up));
    hidden = hidden.add(np.matmul(up, block.down));
  }
  const logits = np.matmul(rmsNorm(hidden, parameters.norm), np.transpose(parameters.embedding));
  return nn
    .logSoftmax(logits, -1)
    .mul(targets)
    .sum()
    .mul(-1 / (batch * length));
}

serveSteps(async (device) => {
  await init();
  defaultDevice(device);
  const random = draws();
  const matrix = (rows, cols) => np.array(random.normals(rows * cols)).reshape([rows, cols]);
  let parameters = {
    embedding: matrix(vocab, dim),
    positions: matrix(length, dim),
    norm: np.ones([dim]),
    blocks: Array.from({ length: layers }, () => ({
      ...{ norm1: np.ones([dim]), norm2: np.ones([dim]) },
      ...{
        qkv: matrix(dim, 3 * dim),
        output: matrix(dim, dim),
        up: matrix(dim, ffn),
        down: matrix(ffn, dim),
      },
    })),
  };
  const zeros = () => tree.map((x) => np.zeros(x.shape), tree.ref(parameters));
  let [first, second] = [zeros(), zeros()];
  const batchOf = tokens(random);
  const shaped = (ids) => np.array(ids).reshape([batch, length]);
  const [inputs, targets] = [shaped(batchOf.inputs), shaped(batchOf.targets)];

  const update = jit((parameters, first, second, correction1, correction2, inputs, targets) => {
    const loss = (p, x, y) => lossOf(p, nn.oneHot(x, vocab), nn.oneHot(y, vocab));
    const [value, gradients] = valueAndGrad(loss)(tree.ref(parameters), inputs, targets);
    const m = tree.map((a, g) => a.mul(beta1).add(g.ref.mul(1 - beta1)), first, gradients);
    const v = tree.map((a, g) => a.mul(beta2).add(np.square(g).mul(1 - beta2)), second, gradients);
    const next = tree.map(
      (p, m, v) => {
        const root = np.sqrt(v.mul(correction2.ref)).add(epsilon);
        const change = m.mul(correction1.ref).div(root).add(p.ref.mul(decay));
        return p.sub(change.mul(learningRate));
      },
      parameters,
      tree.ref(m),
      tree.ref(v),
    );
    correction1.dispose?.();
    correction2.dispose?.();
    return [value, next, m, v];
  });

  let steps = 0;
  return async () => {
    steps++;
    const corrections = [beta1, beta2].map((beta) => np.array(1 / (1 - beta ** steps)));
    let loss;
    [loss, parameters, first, second] = update(
      ...[parameters, first, second, ...corrections, inputs.ref, targets.ref],
    );
    await blockUntilReady(parameters);
    return (await loss.data())[0];
  };
});
