/** A thread that helps the cpu backend: it waits for parts of kernels in the memory that it shares, and never returns. */
import { serveThread, type ThreadStart } from "../src/kernels/threads";

self.addEventListener("message", ({ data }: MessageEvent<ThreadStart>) =>
  serveThread(data, () => self.postMessage("ready")),
);
