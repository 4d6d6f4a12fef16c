import { HerlError } from "../../errors";
import { systemClock } from "../../rubric/judge/judge_clock";

/** A file that grows at its end, and outlives the page. */
export interface GrowingFile {
  readonly size: number;
  append(bytes: Uint8Array): void;
  /** Takes off everything. */
  clear(): void;
  /** Makes sure that what was appended outlives a crash. */
  flush(): void;
}

/** What a server said of a file: whether a later answer is about the same one. */
export interface RemoteFile {
  /** Bytes of the whole; null where the server does not say. */
  readonly size: number | null;
  /** The strong validator; null where there is none. */
  readonly etag: string | null;
  /** SHA-256 that the server's own header promises, in hexadecimal; for Hugging Face see `promisedSha256`. */
  readonly sha256: string | null;
}

export interface DownloadProgress {
  readonly received: number;
  readonly size: number | null;
  /** Over the last seconds. */
  readonly bytesPerSecond: number;
  /** Null where the size is not known. */
  readonly secondsLeft: number | null;
}

export interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DownloadProgress) => void;
  /** What an earlier attempt was told; its bytes are in the file. */
  readonly known?: RemoteFile;
  /** Told when the server has answered, to be kept beside the bytes. */
  readonly onAnswer?: (remote: RemoteFile) => void;
  readonly fetch?: typeof globalThis.fetch;
  /** Milliseconds. */
  readonly clock?: () => number;
  /** Milliseconds before the first of the further attempts; twice as many before each that follows. */
  readonly retryAfter?: number;
}

/** Attempts that may fail one after another without a byte between them. */
const mostAttempts = 5;

/** Bytes between two flushes. */
const flushEvery = 8_388_608;

/**
 * Fetches the rest of a file: what `file` has already is not asked for again, if the server still has the same file and
 * answers ranges; else it begins anew. A connection that breaks is taken up where it broke, five times. Rejects with
 * MODEL_FETCH, STORE_FULL (from `append`), or the signal's reason; what was received stays.
 */
export async function download(
  url: string,
  file: GrowingFile,
  options: DownloadOptions,
): Promise<RemoteFile> {
  const { signal, retryAfter = 500 } = options;
  const meter = new Meter(options.clock ?? (() => performance.now()));
  let remote = options.known ?? { size: null, etag: null, sha256: null };
  for (let failures = 0; ;) {
    const before = file.size;
    try {
      remote = await attempt(url, file, remote, meter, options);
      return remote;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Interrupted)) throw error;
      remote = error.remote ?? remote;
      failures = file.size > before ? 1 : failures + 1;
      if (failures >= mostAttempts) throw unreachable(url, error);
      await systemClock.sleep(retryAfter * (1 << (failures - 1)), signal);
    } finally {
      file.flush();
    }
  }
}

/** A failure that another attempt may heal. */
class Interrupted extends Error {
  readonly remote: RemoteFile | null;

  constructor(message: string, remote: RemoteFile | null, cause?: unknown) {
    super(message, { cause });
    this.remote = remote;
  }
}

async function attempt(
  url: string,
  file: GrowingFile,
  known: RemoteFile,
  meter: Meter,
  { signal, onProgress, onAnswer, fetch = globalThis.fetch }: DownloadOptions,
): Promise<RemoteFile> {
  // Without a validator nobody knows whether the rest is of the same file.
  if (file.size > 0 && known.etag === null) file.clear();
  // `If-Range` would say this in one answer, but pages must ask a server's leave to send it.
  const headers: Record<string, string> = file.size > 0 ? { Range: `bytes=${file.size}-` } : {};
  const response = await fetch(url, {
    headers,
    signal,
    credentials: "omit",
    referrerPolicy: "no-referrer",
  }).catch((cause: unknown) => {
    throw new Interrupted("There is no answer", null, cause);
  });
  if (response.status === 416) {
    file.clear();
    throw new Interrupted("The file is shorter than what was received of it", null);
  }
  if (!response.ok) throw refused(url, response);
  const remote = remoteFile(response, file.size);
  if (response.status === 206 && (rangeStart(response) !== file.size || remote.etag !== known.etag)) {
    file.clear();
    throw new Interrupted("The file has changed", null);
  }
  if (response.status !== 206) file.clear();
  onAnswer?.(remote);
  const report = () => onProgress(meter.progress(file.size, remote.size));
  meter.start(file.size);
  report();
  let flushed = file.size;
  const reader = response.body!.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new Interrupted("The connection broke", remote, cause);
      });
      if (done) break;
      signal.throwIfAborted();
      file.append(value);
      if (file.size - flushed >= flushEvery) {
        file.flush();
        flushed = file.size;
      }
      report();
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
  if (remote.size !== null && file.size < remote.size) throw new Interrupted("The connection broke", remote);
  if (remote.size !== null && file.size > remote.size) {
    file.clear();
    throw new Interrupted("More was received than the file has", null);
  }
  return remote;
}

function remoteFile(response: Response, received: number): RemoteFile {
  const header = (name: string) => response.headers.get(name);
  const [, total] = /\/(\d+)$/.exec(header("content-range") ?? "") ?? [];
  const length = header("content-encoding") ? null : header("content-length");
  const size = total ?? (response.status === 200 ? length : length && String(received + Number(length)));
  const etag = header("etag");
  const [, sha256] = /^"?([0-9a-f]{64})"?$/.exec(header("x-linked-etag") ?? "") ?? [];
  return {
    size: size === null || size === undefined ? null : Number(size),
    etag: etag && !etag.startsWith("W/") ? etag : null,
    sha256: sha256 ?? null,
  };
}

const rangeStart = (response: Response): number =>
  Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1] ?? -1);

function refused(url: string, { status }: Response): HerlError | Interrupted {
  if (status === 429 || status >= 500) return new Interrupted(`The server answers ${status}`, null);
  const cure =
    status === 401 || status === 403
      ? "Models with terms to accept are not given to a page: download the file where you are signed in, and open it"
      : "Check the address; a file's page on Hugging Face shows its name to the letter";
  return new HerlError("MODEL_FETCH", `${hostOf(url)} answers ${status} for this file`, cure);
}

const unreachable = (url: string, { message, cause }: Interrupted) =>
  new HerlError(
    "MODEL_FETCH",
    `The file cannot be fetched from ${hostOf(url)}: ${message[0].toLowerCase()}${message.slice(1)}`,
    "Check the connection and try again: what was received stays. A server must allow pages of other origins (CORS); if it does not, download the file and open it",
    { cause },
  );

const hostOf = (url: string): string => new URL(url).host;

/** Speed over the last few seconds. */
class Meter {
  private readonly clock: () => number;
  private marks: { readonly at: number; readonly bytes: number }[] = [];

  constructor(clock: () => number) {
    this.clock = clock;
  }

  start(bytes: number): void {
    this.marks = [{ at: this.clock(), bytes }];
  }

  progress(received: number, size: number | null): DownloadProgress {
    const at = this.clock();
    this.marks.push({ at, bytes: received });
    while (this.marks.length > 2 && at - this.marks[1].at > 4000) this.marks.shift();
    const [first] = this.marks;
    const seconds = (at - first.at) / 1000;
    const bytesPerSecond = seconds > 0 ? (received - first.bytes) / seconds : 0;
    const left = size === null || bytesPerSecond === 0 ? null : (size - received) / bytesPerSecond;
    return { received, size, bytesPerSecond, secondsLeft: left };
  }
}
