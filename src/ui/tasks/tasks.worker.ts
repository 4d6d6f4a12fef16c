/** The thread that reads and grades tasks: no file is so large, and no rubric so slow, that the page waits for it. */
import { expose } from "comlink";
import { loadRegistry } from "../../rubric/verifiers/all";
import { taskWork, type TaskWork } from "./task_work";

const work = loadRegistry().then(taskWork);

/** The same calls, each once the verifiers are there. */
const thread = Object.fromEntries(
  (["read", "pack", "unpack", "verifiers", "check", "grade", "describe"] as const).map((name) => [
    name,
    async (...parameters: never[]) => ((await work)[name] as (...given: never[]) => unknown)(...parameters),
  ]),
) as unknown as TaskWork;

expose(thread);
