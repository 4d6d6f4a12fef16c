import { expect, test } from "vitest";
import { lazyCommands } from "./lazy_commands";

interface Commands {
  add(amount: number): Promise<number>;
  reset(): void;
}

function opened(failures = 0) {
  let loads = 0;
  let sum = 0;
  const load = () => {
    if (loads++ < failures) return Promise.reject(new Error("no connection"));
    return Promise.resolve({ add: async (amount: number) => (sum += amount), reset: () => void (sum = 0) });
  };
  return { commands: lazyCommands<Commands>(load, { add: true, reset: true }), loads: () => loads };
}

test("code is loaded once, with the first call, and calls keep their order", async () => {
  const { commands, loads } = opened();
  expect(loads()).toBe(0);
  const answers = [commands.add(2), commands.add(3)];
  commands.reset();
  answers.push(commands.add(7));
  expect(await Promise.all(answers)).toEqual([2, 5, 7]);
  expect(loads()).toBe(1);
});

test("what could not be loaded is tried again", async () => {
  const { commands, loads } = opened(1);
  await expect(commands.add(1)).rejects.toThrow("no connection");
  expect(await commands.add(1)).toBe(1);
  expect(loads()).toBe(2);
});
