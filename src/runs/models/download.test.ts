import { describe, expect, test } from "vitest";
import { RandomStream } from "../../kernels/random/random";
import {
  download,
  type DownloadOptions,
  type DownloadProgress,
  type GrowingFile,
  type RemoteFile,
} from "./download";
import { fakeServer, type ServerOptions } from "./testing/server";

const url = "https://example.org/m.gguf";
const random = RandomStream.of(1, "download");
const content = Uint8Array.from({ length: 5000 }, () => random.word());

class MemoryFile implements GrowingFile {
  bytes = new Uint8Array(0);
  flushes = 0;
  get size() {
    return this.bytes.length;
  }
  append(more: Uint8Array) {
    const all = new Uint8Array(this.size + more.length);
    all.set(this.bytes);
    all.set(more, this.size);
    this.bytes = all;
  }
  clear() {
    this.bytes = new Uint8Array(0);
  }
  flush() {
    this.flushes++;
  }
}

const server = (options: Partial<ServerOptions> = {}) => fakeServer({ content: () => content, ...options });

const run = (file: GrowingFile, of: ReturnType<typeof server>, options: Partial<DownloadOptions> = {}) =>
  download(url, file, {
    signal: new AbortController().signal,
    onProgress: () => {},
    fetch: of.fetch,
    retryAfter: 1,
    ...options,
  });

describe("a download", () => {
  test("gives the file, its size, and what the server promises of it", async () => {
    const [file, sha256] = [new MemoryFile(), "a".repeat(64)];
    const answers: RemoteFile[] = [];
    const remote = await run(file, server({ sha256 }), { onAnswer: (answer) => answers.push(answer) });
    expect(file.bytes).toEqual(content);
    expect(remote).toEqual({ size: content.length, etag: '"1"', sha256 });
    expect(answers).toEqual([remote]);
    expect(file.flushes).toBeGreaterThan(0);
  });

  test("is taken up where it broke, again and again", async () => {
    const [file, of] = [new MemoryFile(), server({ breaks: [1000, 0, 900, 2000] })];
    await run(file, of);
    expect(file.bytes).toEqual(content);
    expect(of.asked).toEqual([null, "bytes=1000-", "bytes=1000-", "bytes=1900-", "bytes=3900-"]);
  });

  test("begins anew where the server knows no ranges, has no validator, or has another file by now", async () => {
    for (const options of [{ ranges: false }, { etag: () => null }]) {
      const [file, of] = [new MemoryFile(), server({ breaks: [1000], ...options })];
      await run(file, of);
      expect(file.bytes).toEqual(content);
      expect(of.asked).toHaveLength(2);
    }
    const other = content.map((byte) => byte ^ 255);
    let changed = false;
    const of = server({
      breaks: [1000],
      etag: () => (changed ? '"2"' : '"1"'),
      content: () => (changed ? other : content),
    });
    const file = new MemoryFile();
    await run(file, of, { onProgress: () => (changed = file.size > 0) });
    expect(file.bytes).toEqual(other);
    expect(of.asked).toEqual([null, "bytes=1000-", null]);
  });

  test("goes on with what an earlier one left, and asks nothing where all is there but the end", async () => {
    const file = new MemoryFile();
    file.append(content.slice(0, 4000));
    const of = server();
    const known = { size: content.length, etag: '"1"', sha256: null };
    await run(file, of, { known });
    expect(file.bytes).toEqual(content);
    expect(of.asked).toEqual(["bytes=4000-"]);
  });

  test("waits for a server that is busy, and gives up on one that stays away; what was received stays", async () => {
    const busy = server({ statuses: [503, 429, 0] });
    const file = new MemoryFile();
    await run(file, busy);
    expect(file.bytes).toEqual(content);

    const gone = server({ breaks: [1000], statuses: [200, 0, 0, 0, 0, 0, 0] });
    const half = new MemoryFile();
    await expect(run(half, gone)).rejects.toMatchObject({
      code: "MODEL_FETCH",
      message: expect.stringContaining("example.org: there is no answer"),
    });
    expect(half.size).toBe(1000);
    expect(gone.asked).toHaveLength(5);
  });

  test.each([
    [404, /page on Hugging Face/],
    [401, /terms to accept/],
  ])("status %i is no use trying again", async (status, cure) => {
    const of = server({ statuses: [status, status] });
    await expect(run(new MemoryFile(), of)).rejects.toMatchObject({
      code: "MODEL_FETCH",
      cure: expect.stringMatching(cure),
    });
    expect(of.asked).toHaveLength(1);
  });

  test("stops when it is cancelled, and a full disk ends it", async () => {
    const controller = new AbortController();
    const file = new MemoryFile();
    const cancelled = run(file, server(), {
      signal: controller.signal,
      onProgress: ({ received }) => received > 0 && controller.abort(new Error("cancelled")),
    });
    await expect(cancelled).rejects.toThrow("cancelled");
    expect(file.size).toBeGreaterThan(0);
    expect(file.size).toBeLessThan(content.length);

    const full = new MemoryFile();
    full.append = () => {
      throw new Error("full");
    };
    await expect(run(full, server())).rejects.toThrow("full");
  });

  test("tells how far it is, how fast, and how long it takes", async () => {
    const told: DownloadProgress[] = [];
    let now = 0;
    await run(new MemoryFile(), server(), { onProgress: (p) => told.push(p), clock: () => (now += 500) });
    expect(told[0]).toEqual({ received: 0, size: 5000, bytesPerSecond: 0, secondsLeft: null });
    expect(told[1]).toMatchObject({ received: 700, bytesPerSecond: 700, secondsLeft: 4300 / 700 });
    expect(told.at(-1)).toMatchObject({ received: 5000, secondsLeft: 0 });
  });
});
