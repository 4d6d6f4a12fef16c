import type { CachedModel, FrozenCache } from "./frozen_engine";
import type { MlcRecord } from "./mlc";
import { unknownModel } from "./mlc_errors";
import { filesUrl } from "./mlc_models";

/** What this needs of the browser's `caches`. */
export interface FileCaches {
  open(name: string): Promise<FileCache>;
}

export interface FileCache {
  keys(): Promise<readonly { readonly url: string }[]>;
  match(
    url: string,
  ): Promise<{ blob(): Promise<{ readonly size: number }>; json(): Promise<unknown> } | undefined>;
  delete(url: string): Promise<boolean>;
}

const weights = "webllm/model";
const programs = "webllm/wasm";
const scopes = [weights, "webllm/config", programs];

/**
 * WebLLM's files in the Cache API, looked at directly: its own functions for deleting ask the network for a list that
 * a broken download may lack, and delete libraries that other models share.
 */
export function mlcCache(records: readonly MlcRecord[], caches: FileCaches): FrozenCache {
  const recordOf = (model: string): MlcRecord => {
    const record = records.find(({ model_id }) => model_id === model);
    if (!record) throw unknownModel(model);
    return record;
  };

  /** URLs by scope; nothing where the browser stores nothing for this page. */
  async function urls(scope: string): Promise<string[]> {
    try {
      return (await (await caches.open(scope)).keys()).map(({ url }) => url);
    } catch {
      return [];
    }
  }

  async function isComplete(record: MlcRecord): Promise<boolean> {
    const folder = filesUrl(record);
    const stored = new Set(await urls(weights));
    const listUrl = `${folder}tensor-cache.json`;
    if (!stored.has(listUrl)) return false;
    const list = (await (await (await caches.open(weights)).match(listUrl))?.json()) as
      { records?: { dataPath: string }[] } | undefined;
    return list?.records?.every(({ dataPath }) => stored.has(new URL(dataPath, folder).href)) ?? false;
  }

  async function sizeOf(scope: string, stored: readonly string[]): Promise<number> {
    const cache = await caches.open(scope);
    let bytes = 0;
    for (const url of stored) bytes += (await (await cache.match(url))?.blob())?.size ?? 0;
    return bytes;
  }

  /** The record's files by scope. Its program counts where weights of it are there, since models share programs. */
  async function filesOf(record: MlcRecord): Promise<Map<string, string[]>> {
    const folder = filesUrl(record);
    const files = new Map<string, string[]>();
    for (const scope of scopes) {
      const stored = await urls(scope);
      const own = stored.filter((url) =>
        scope === programs ? url === record.model_lib : url.startsWith(folder),
      );
      if (own.length > 0) files.set(scope, own);
    }
    return files;
  }

  const hasFiles = (files: Map<string, string[]>) => [...files.keys()].some((scope) => scope !== programs);

  return {
    async list() {
      const models: CachedModel[] = [];
      const stored = (await Promise.all(scopes.map(urls))).flat();
      for (const record of records) {
        if (!stored.some((url) => url.startsWith(filesUrl(record)))) continue;
        let bytes = 0;
        for (const [scope, own] of await filesOf(record)) bytes += await sizeOf(scope, own);
        models.push({ id: record.model_id, bytes, complete: await isComplete(record) });
      }
      return models;
    },
    has: async (model) => isComplete(recordOf(model)),
    async delete(model) {
      const record = recordOf(model);
      const shares = await Promise.all(
        records
          .filter((other) => other !== record && other.model_lib === record.model_lib)
          .map(async (other) => hasFiles(await filesOf(other))),
      );
      for (const [scope, own] of await filesOf(record)) {
        if (scope === programs && shares.includes(true)) continue;
        const cache = await caches.open(scope);
        for (const url of own) await cache.delete(url);
      }
    },
  };
}
