// The model of the benchmark in TensorFlow.js.
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-webgpu";
import { draws, serveSteps, sizes, tokens } from "./serve_steps";

const { layers, dim, ffn, heads, vocab, batch, length } = sizes;

const rmsNorm = (x, gain) => tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-5))), gain);

function gelu(x) {
  const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.mul(x, tf.mul(x, x)))));
  return tf.mul(tf.mul(x, 0.5), tf.add(1, tf.tanh(inner)));
}

serveSteps(async (device) => {
  await tf.setBackend(device);
  await tf.ready();
  const random = draws();
  const matrix = (rows, cols) => tf.variable(tf.tensor(random.normals(rows * cols), [rows, cols]));
  const ones = () => tf.variable(tf.ones([dim]));
  const [embedding, positions, norm] = [matrix(vocab, dim), matrix(length, dim), ones()];
  const blocks = Array.from({ length: layers }, () => ({
    ...{ norm1: ones(), norm2: ones() },
    ...{ qkv: matrix(dim, 3 * dim), output: matrix(dim, dim), up: matrix(dim, ffn), down: matrix(ffn, dim) },
  }));
  const { inputs, targets } = tokens(random);
  const oneHot = (ids) => tf.cast(tf.oneHot(tf.tensor1d(ids, "int32"), vocab), "float32");
  const future = Float32Array.from({ length: length * length }, (_, i) =>
    i % length > Math.floor(i / length) ? -1e9 : 0,
  );
  const mask = tf.tensor(future, [1, 1, length, length]);
  const split = (x) => tf.transpose(tf.reshape(x, [batch, length, heads, dim / heads]), [0, 2, 1, 3]);

  function lossOf() {
    const embedded = tf.reshape(tf.matMul(oneHot(inputs), embedding), [batch, length, dim]);
    let hidden = tf.reshape(tf.add(embedded, positions), [batch * length, dim]);
    for (const { norm1, norm2, qkv, output, up, down } of blocks) {
      const [q, k, v] = tf.split(tf.matMul(rmsNorm(hidden, norm1), qkv), 3, -1).map(split);
      const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(dim / heads));
      const heeded = tf.matMul(tf.softmax(tf.add(scores, mask)), v);
      const mixed = tf.reshape(tf.transpose(heeded, [0, 2, 1, 3]), [batch * length, dim]);
      hidden = tf.add(hidden, tf.matMul(mixed, output));
      hidden = tf.add(hidden, tf.matMul(gelu(tf.matMul(rmsNorm(hidden, norm2), up)), down));
    }
    const logits = tf.matMul(rmsNorm(hidden, norm), embedding, false, true);
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), oneHot(targets)), -1)));
  }

  const adam = tf.train.adam(1e-3, 0.9, 0.95, 1e-8);
  return async () => {
    const loss = adam.minimize(lossOf, true);
    const [value] = await loss.data();
    loss.dispose();
    return value;
  };
});
