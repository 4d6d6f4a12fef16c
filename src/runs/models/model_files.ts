import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { HerlError } from "../../errors";
import { magic } from "../../policy/gguf/header";
import { storeError } from "../store_error";
import { download, type DownloadProgress, type GrowingFile, type RemoteFile } from "./download";
import { promisedSha256 } from "./hub_listing";
import type { ModelSource } from "./model_source";

/** A model file that this browser keeps. */
export interface KeptModel {
  /** Under which it is kept. */
  readonly id: string;
  /** Its file's; no two have the same. */
  readonly name: string;
  /** Where it came from; null for a file of the user's. */
  readonly url: string | null;
  readonly bytes: number;
  /** Of the whole file, in hexadecimal. */
  readonly sha256: string;
  /** ISO 8601. */
  readonly added: string;
}

/** A download that was not finished: the next one goes on with it. */
export interface UnfinishedModel extends Pick<KeptModel, "id" | "name"> {
  readonly url: string;
  readonly received: number;
  readonly remote: RemoteFile;
}

export interface KeepOptions {
  readonly signal: AbortSignal;
  /** While it is fetched or copied. */
  readonly onProgress: (progress: DownloadProgress) => void;
  readonly fetch?: typeof globalThis.fetch;
}

/** A handle that writes at once, as workers have it for files of the browser's private storage. */
interface WritingHandle {
  getSize(): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

/**
 * Model files in the browser's private storage (the origin private file system), where hundreds of megabytes are at home. A
 * model is ID.gguf with ID.json beside it; one that is still on its way ID.part. Works in workers.
 */
export class ModelFiles {
  private readonly folder: FileSystemDirectoryHandle;

  private constructor(folder: FileSystemDirectoryHandle) {
    this.folder = folder;
  }

  /** Opens the storage. Throws STORE_REFUSED where the browser has none for this page. */
  static async open(name = "models"): Promise<ModelFiles> {
    try {
      const root = await navigator.storage.getDirectory();
      return new ModelFiles(await root.getDirectoryHandle(name, { create: true }));
    } catch (cause) {
      throw new HerlError(
        "STORE_REFUSED",
        "The browser keeps no files for this page",
        "Open a model from a file each time, or allow the page to store data",
        { cause },
      );
    }
  }

  /** All that is kept, the last added first, and downloads that were not finished. */
  async list(): Promise<{ readonly models: KeptModel[]; readonly unfinished: UnfinishedModel[] }> {
    const [models, unfinished]: [KeptModel[], UnfinishedModel[]] = [[], []];
    for await (const name of this.folder.keys()) {
      if (!name.endsWith(".json")) continue;
      const record = await this.record(name.slice(0, -".json".length));
      if (record && "sha256" in record) models.push(record);
      else if (record)
        unfinished.push({ ...record, received: (await this.file(`${record.id}.part`))?.size ?? 0 });
    }
    return { models: models.sort((a, b) => (a.added < b.added ? 1 : -1)), unfinished };
  }

  /** A kept model and its file. Throws FILE_MISSING. */
  async open(id: string): Promise<{ readonly model: KeptModel; readonly file: File }> {
    const model = await this.record(id);
    const file = await this.file(`${id}.gguf`);
    if (model && "sha256" in model && file?.size === model.bytes) return { model, file };
    throw new HerlError(
      "FILE_MISSING",
      "This browser does not have the model any more",
      "Fetch it again, or open its file",
    );
  }

  /**
   * The model with that SHA-256, or else of that name, and its file. Throws FILE_MISSING. Whether the file is the one that
   * was wanted is for the caller to say.
   */
  async find(name: string, sha256?: string): Promise<{ readonly model: KeptModel; readonly file: File }> {
    const { models } = await this.list();
    const found =
      models.find((model) => model.sha256 === sha256) ?? models.find((model) => model.name === name);
    if (found) return this.open(found.id);
    throw new HerlError(
      "FILE_MISSING",
      `This browser does not have the model ${name}`,
      "Choose Model, and open its file or fetch it",
    );
  }

  /** Deletes a model, or what there is of it. */
  async delete(id: string): Promise<void> {
    for (const ending of ["json", "part", "gguf"])
      await this.folder.removeEntry(`${id}.${ending}`).catch(() => {});
  }

  /**
   * Fetches a model and keeps it; one that is kept already is given as it is, one that was begun goes on. Rejects as
   * `download` does, with GGUF_MAGIC for what is no model file, MODEL_HASH for another file than the server promises, and
   * STORE_FULL. What was received stays, but for files that are wrong.
   */
  async fetch(
    { url, name }: ModelSource,
    { signal, onProgress, fetch = globalThis.fetch }: KeepOptions,
  ): Promise<KeptModel> {
    const id = idOf(url);
    const kept = await this.kept(id);
    if (kept) return kept;
    const known = await this.record(id);
    const begun = known && "remote" in known ? known.remote : undefined;
    let saved = Promise.resolve();
    const onAnswer = (remote: RemoteFile) => {
      saved = saved.then(() => this.save({ id, name, url, remote }));
    };
    return this.write(id, async (file) => {
      const promised = await promisedSha256(url, { fetch, signal });
      const options = { signal, onProgress, onAnswer, fetch, known: begun };
      const remote = await download(url, checkingMagic(file, url), options).finally(() => saved);
      return { ...{ id, name, url }, expected: remote.sha256 ?? promised };
    });
  }

  /** Keeps a copy of a user's file. Rejects with GGUF_MAGIC and STORE_FULL. */
  async keep(file: File, { signal, onProgress }: KeepOptions): Promise<KeptModel> {
    const id = idOf(`file:${file.name}:${file.size}:${file.lastModified}`);
    const kept = await this.kept(id);
    if (kept) return kept;
    const writing = this.write(id, async (out) => {
      out.clear();
      const checked = checkingMagic(out, file.name);
      for (const started = performance.now(); out.size < file.size;) {
        signal.throwIfAborted();
        const piece = await file.slice(out.size, out.size + pieceBytes).arrayBuffer();
        checked.append(new Uint8Array(piece));
        const bytesPerSecond = (1000 * out.size) / Math.max(1, performance.now() - started);
        const secondsLeft = (file.size - out.size) / bytesPerSecond;
        onProgress({ received: out.size, size: file.size, bytesPerSecond, secondsLeft });
      }
      return { id, name: file.name, url: null, expected: null };
    });
    return writing.catch(async (error: unknown) => {
      // A copy begins anew, so what there is of it is of no use. It stays where another tab is writing it.
      await this.folder.removeEntry(`${id}.part`).catch(() => {});
      throw error;
    });
  }

  /** A model that is kept, whole. */
  private async kept(id: string): Promise<KeptModel | null> {
    const opened = await this.open(id).catch(() => null);
    return opened && opened.model;
  }

  /** Writes ID.part by `fill`, and makes it a kept model when it is whole and what it should be. */
  private async write(
    id: string,
    fill: (
      file: GrowingFile,
    ) => Promise<Pick<KeptModel, "id" | "name" | "url"> & { readonly expected: string | null }>,
  ): Promise<KeptModel> {
    const part = await this.folder.getFileHandle(`${id}.part`, { create: true });
    const handle = await (part as unknown as { createSyncAccessHandle(): Promise<WritingHandle> })
      .createSyncAccessHandle()
      .catch((cause: unknown) => {
        throw new HerlError(
          "RUN_LOCKED",
          "This model is being fetched in another tab",
          "Wait for it there, or close that tab",
          { cause },
        );
      });
    let filled: Awaited<ReturnType<typeof fill>>;
    try {
      filled = await fill(growing(handle));
      handle.flush();
    } finally {
      handle.close();
    }
    const file = await part.getFile();
    const hash = await hashOf(file);
    const { expected, ...rest } = filled;
    if (expected !== null && expected !== hash) {
      await this.delete(id);
      throw new HerlError(
        "MODEL_HASH",
        `${rest.name} is not the file that its server promises: its SHA-256 is ${hash}, not ${expected}`,
        "Fetch it again",
      );
    }
    const name = freeName(rest.name, (await this.list()).models);
    await (part as unknown as { move(name: string): Promise<void> }).move(`${id}.gguf`);
    const added = new Date().toISOString();
    const model: KeptModel = { ...rest, name, bytes: file.size, sha256: hash, added };
    await this.save(model);
    return model;
  }

  private async record(id: string): Promise<KeptModel | Omit<UnfinishedModel, "received"> | null> {
    const file = await this.file(`${id}.json`);
    try {
      return file && (JSON.parse(await file.text()) as KeptModel);
    } catch {
      return null;
    }
  }

  private async save(record: KeptModel | Omit<UnfinishedModel, "received">): Promise<void> {
    const handle = await this.folder.getFileHandle(`${record.id}.json`, { create: true });
    const out = await handle.createWritable();
    await out.write(JSON.stringify(record));
    await out.close();
  }

  private async file(name: string): Promise<File | null> {
    const handle = await this.folder.getFileHandle(name).catch(() => null);
    return handle && handle.getFile();
  }
}

/** Bytes and room of all that this page stores; null where the browser does not say. */
export async function storageRoom(): Promise<{ readonly used: number; readonly room: number } | null> {
  const { usage, quota } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {};
  return usage === undefined || quota === undefined ? null : { used: usage, room: quota - usage };
}

/** Bytes that are copied or hashed at a time. */
const pieceBytes = 4_194_304;

/** The name, or with a number where another model has it: a run's configuration knows models by name. */
function freeName(name: string, models: readonly KeptModel[]): string {
  const isTaken = (wanted: string) => models.some((model) => model.name === wanted);
  if (!isTaken(name)) return name;
  const stem = name.replace(/\.gguf$/i, "");
  for (let number = 2; ; number++)
    if (!isTaken(`${stem} (${number}).gguf`)) return `${stem} (${number}).gguf`;
}

/** Addresses are no file names; their hashes are. */
const idOf = (origin: string): string => bytesToHex(sha256(utf8ToBytes(origin))).slice(0, 32);

async function hashOf(file: File): Promise<string> {
  const hash = sha256.create();
  for (let at = 0; at < file.size; at += pieceBytes)
    hash.update(new Uint8Array(await file.slice(at, at + pieceBytes).arrayBuffer()));
  return bytesToHex(hash.digest());
}

/** A file that is written through a handle. Appending throws STORE_FULL. */
const growing = (handle: WritingHandle): GrowingFile => ({
  get size() {
    return handle.getSize();
  },
  append(bytes) {
    try {
      const at = handle.getSize();
      if (handle.write(bytes as Uint8Array<ArrayBuffer>, { at }) === bytes.length) return;
      handle.truncate(at);
    } catch (cause) {
      throw full(cause);
    }
    throw full(new DOMException("", "QuotaExceededError"));
  },
  clear: () => handle.truncate(0),
  flush: () => handle.flush(),
});

const full = (cause: unknown) =>
  storeError(cause, {
    full: "Delete models or runs that you do not need; what was received stays",
    refused: "Try again; what was received stays",
  });

/** The same file, which refuses what does not begin as a model file does. */
function checkingMagic(file: GrowingFile, from: string): GrowingFile {
  return {
    get size() {
      return file.size;
    },
    append(bytes) {
      if (
        file.size === 0 &&
        bytes.length >= 4 &&
        new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) !== magic
      ) {
        throw new HerlError(
          "GGUF_MAGIC",
          `What ${from} gives does not begin with "GGUF": it is no GGUF model file`,
          "Look whether the address gives the file itself, or a page about it",
        );
      }
      file.append(bytes);
    },
    clear: () => file.clear(),
    flush: () => file.flush(),
  };
}
