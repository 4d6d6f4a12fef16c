/** The files of models in a worker, where the browser lets them be written: what `model_files.browser.test.ts` asks. */
import { expose } from "comlink";
import { plainError, type HerlError } from "../src/errors";
import { ModelFiles, type KeptModel } from "../src/runs/models/model_files";
import { fakeServer, type ServerOptions } from "../src/runs/models/testing/server";

type Plan = Omit<ServerOptions, "content" | "etag"> & { readonly content: Uint8Array };

const files = (folder: string) => ModelFiles.open(folder);

const settled = async (work: Promise<KeptModel>) =>
  work.catch((error: HerlError) => ({ problem: error.code ? plainError(error) : String(error) }));

const commands = {
  list: async (folder: string) => (await files(folder)).list(),
  delete: async (folder: string, id: string) => (await files(folder)).delete(id),
  async read(folder: string, id: string): Promise<Uint8Array> {
    const { file } = await (await files(folder)).open(id);
    return new Uint8Array(await file.arrayBuffer());
  },
  /** Names of the files in the folder. */
  async names(folder: string): Promise<string[]> {
    const root = await navigator.storage.getDirectory();
    const names: string[] = [];
    for await (const name of (await root.getDirectoryHandle(folder)).keys()) names.push(name);
    return names;
  },
  /** Loses a file behind the back of the store. */
  async lose(folder: string, name: string) {
    const root = await navigator.storage.getDirectory();
    await (await root.getDirectoryHandle(folder)).removeEntry(name);
  },
  /** Fetches from a server with a plan; cancelled when `until` bytes are there. */
  async fetch(folder: string, url: string, { content, ...plan }: Plan, until = Infinity) {
    const controller = new AbortController();
    const { fetch, asked } = fakeServer({ ...plan, content: () => content });
    const result = await settled(
      (await files(folder)).fetch(
        { url, name: "m.gguf" },
        {
          ...{ signal: controller.signal, fetch },
          onProgress: ({ received }) => received >= until && controller.abort(new Error("cancelled")),
        },
      ),
    );
    return { result, asked };
  },
  async keep(folder: string, file: File) {
    const { signal } = new AbortController();
    return settled((await files(folder)).keep(file, { signal, onProgress: () => {} }));
  },
};

export type ModelFilesWorker = typeof commands;

expose(commands);
