import { proxy, wrap, type Remote } from "comlink";
import { HerlError } from "../../errors";
import type { ModelCommands } from "../../runs/models/model_commands";

interface Thread {
  readonly commands: Remote<ModelCommands>;
  /** Rejects when the thread cannot run: its answers then never come. */
  readonly failure: Promise<never>;
}

let thread: Thread | null = null;

function start(): Thread {
  const worker = new Worker(new URL("../../../workers/models.worker.ts", import.meta.url), {
    type: "module",
  });
  const failure = new Promise<never>((_, reject) =>
    worker.addEventListener("error", ({ message }) => {
      // The next question starts another.
      thread = null;
      const what = message || "it could not be started";
      reject(
        new HerlError(
          "MODEL_FETCH",
          `The thread that keeps models failed: ${what}`,
          "Check the connection and try again",
        ),
      );
    }),
  );
  failure.catch(() => {});
  return { commands: wrap<ModelCommands>(worker), failure };
}

/** The thread that keeps model files; it starts at the first use. */
export function modelThread(): ModelCommands {
  const ask = <T>(question: (commands: Remote<ModelCommands>) => Promise<T>): Promise<T> => {
    const { commands, failure } = (thread ??= start());
    return Promise.race([question(commands), failure]);
  };
  return {
    list: () => ask((files) => files.list()),
    describe: (id, run) => ask((files) => files.describe(id, run)),
    fetch: (text, onProgress) => ask((files) => files.fetch(text, proxy(onProgress))),
    keep: (file, onProgress) => ask((files) => files.keep(file, proxy(onProgress))),
    cancel: () => void ask((files) => files.cancel()).catch(() => {}),
    delete: (id) => ask((files) => files.delete(id)),
  };
}
