// Opens engines in workers of their own and takes one step of training at a time, for the tool that asks.
const workers = {
  ours: () => new Worker(new URL("./ours.worker.ts", import.meta.url), { type: "module" }),
  "jax-js": () => new Worker(new URL("./jax.worker.js", import.meta.url), { type: "module" }),
  tfjs: () => new Worker(new URL("./tfjs.worker.js", import.meta.url), { type: "module" }),
};
const opened = new Map();

function answer(worker, message) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data));
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(message);
  });
}

/** A step of the engine on the device: resolves with `milliseconds` and `loss`. The first call opens it. */
window.step = async (engine, device) => {
  const key = `${engine} ${device}`;
  if (!opened.has(key)) {
    opened.set(key, workers[engine]());
    await answer(opened.get(key), device);
  }
  return answer(opened.get(key), "step");
};
window.isReady = true;
