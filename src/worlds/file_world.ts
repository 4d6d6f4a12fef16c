import { HerlError } from "../errors";
import { deriveKey, RandomStream, seedKey } from "../kernels/random/random";
import type { Task } from "../rubric/schema";

/** The tasks of a file as a run uses them: an endless order for training, and those that are held out. */
export interface FileTasks {
  /** Task `index` of training: every training task once, in an order drawn from the seed, then all of them again. */
  training(index: number): Task;
  /** The held-out tasks, in an order of their own: the same ones for every seed. */
  readonly heldout: readonly Task[];
}

const sideKey = deriveKey(seedKey(0), "task file", "side");

/** Where a key stands among all keys, in [0, 2^32): it hangs on the key alone, not on the file around it. */
const placeOf = (key: string): number => deriveKey(sideKey, key)[0];

/**
 * Whether the task of that key is held out when `share` of all keys are. A task stays on its side when others come to
 * the file or leave it, and with a larger share the held-out ones stay held out.
 */
export const isHeldOut = (key: string, share: number): boolean => placeOf(key) < share * 0x100000000;

/** Splits the tasks of a file. Throws TASK_INVALID when none is left for training. */
export function fileTasks(
  tasks: readonly Task[],
  { seed, heldout: share }: { readonly seed: number; readonly heldout: number },
): FileTasks {
  const train = tasks.filter(({ id }) => !isHeldOut(id, share));
  if (train.length === 0) {
    throw new HerlError(
      "TASK_INVALID",
      `All ${tasks.length} tasks of the file are held out, and none is left to train on.`,
      "Lower world.heldout, or add tasks.",
    );
  }
  // Not in the file's order, so that the first few are a fair choice.
  const heldout = tasks
    .filter(({ id }) => isHeldOut(id, share))
    .sort((a, b) => placeOf(a.id) - placeOf(b.id));
  let pass = -1;
  let order: readonly Task[] = [];
  return {
    heldout,
    training(index) {
      const wanted = Math.floor(index / train.length);
      if (wanted !== pass) order = RandomStream.of(seed, "task file", "order", wanted).shuffled(train);
      pass = wanted;
      return order[index % train.length];
    },
  };
}
