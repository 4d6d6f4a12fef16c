import { describe, expect, test } from "vitest";
import { seedKey } from "../kernels/random/random";
import type { Task, Verdict } from "../rubric/schema";
import { englishRegistry } from "../rubric/verifiers/registry";
import { hashTaskLines, taskLines } from "../worlds/task_lines";
import { resolveConfig } from "./presets";
import { checkEditable, openWorld } from "./world";

const tasks = Array.from({ length: 40 }, (_, index): Task => ({
  id: `t${index}`,
  prompt: `Write ${index}.`,
  rubric: [{ text: "Is short.", weight: 1, polarity: "want", check: { by: "judge" } }],
}));
const lines = taskLines(tasks);
const registry = new Map(englishRegistry);
const config = (...settings: [string, string][]) =>
  resolveConfig({
    preset: "pocket",
    settings: [["world.source", "file"], ["world.tasks", hashTaskLines(lines)], ...settings],
  });
const unmet: Verdict[] = [{ status: "unmet" }];

describe("a world of a task file", () => {
  const world = openWorld(config(), { lines, registry });

  test("trains on the one side, holds out the other, and has no other splits", () => {
    const held = world.evaluationTasks("heldout", 100);
    const trained = Array.from({ length: 40 - held.length }, (_, index) => world.trainingTask(index));
    const ids = [...held, ...trained].map(({ id }) => id);
    expect(held.length).toBeGreaterThan(0);
    expect(ids.sort()).toEqual(tasks.map(({ id }) => id).sort());
    expect(world.evaluationTasks("heldout", 2)).toEqual(held.slice(0, 2));
    expect(world.evaluationTasks("close", 9)).toEqual([]);
    expect(world.evaluationTasks("ood", 9)).toEqual([]);
    expect(world.registry).toBe(registry);
  });

  test("has the references of its tasks, and says how many lack what the method trains on", () => {
    const written = tasks.map((task, i) => ({
      ...task,
      reference: "Short.",
      ...(i % 2 && { rejected: "Long." }),
    }));
    const files = { lines: taskLines(written), registry };
    const open = (variant: "sft" | "dpo", given = files) =>
      openWorld(
        resolveConfig({
          ...{ preset: "pocket", variant },
          settings: [
            ["world.source", "file"],
            ["world.tasks", hashTaskLines(given.lines)],
            ...(variant === "dpo" ? ([["preference.pairs", "file"]] as const) : []),
          ],
        }),
        given,
      );
    expect(open("sft").references(written[0], 8, seedKey(0))).toEqual(["Short."]);
    expect(world.references(tasks[0], 8, seedKey(0))).toEqual([]);
    const missing = (what: string) =>
      expect.objectContaining({ code: "REFERENCES_MISSING", message: expect.stringContaining(what) });
    expect(() => open("sft", { lines, registry })).toThrow(missing("training tasks have no reference"));
    expect(() => open("dpo")).toThrow(missing("no rejected response"));
    const pairs = resolveConfig({
      preset: "pocket",
      variant: "dpo",
      settings: [["preference.pairs", "file"]],
    });
    expect(() => openWorld(pairs)).toThrow(missing("Pairs"));
  });

  test("shows items as its wording says", () => {
    const shown = (wording: string) =>
      openWorld(config(["world.wording", wording]), { lines, registry }).scaffoldMessages(tasks[0], [0]);
    expect(shown("list").map(({ content }) => content)).toEqual([
      ...[tasks[0].prompt, ""],
      "Missing:\n1. Is short.\nRevise.",
    ]);
    expect(shown("general").map(({ role }) => role)).toEqual(["system", "user"]);
  });

  test("refuses to edit its instructions before anything is trained", () => {
    const edited = config(["hindsight.edit", "instruction"]);
    expect(() => checkEditable(world, edited)).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", cure: expect.stringContaining("hindsight.edit") }),
    );
    expect(() => checkEditable(world, { hindsight: { ...edited.hindsight, enabled: false } })).not.toThrow();
    const pocket = resolveConfig({ preset: "pocket", variant: "hir" });
    expect(() => checkEditable(openWorld(pocket), pocket)).not.toThrow();
  });

  test("asks for revisions as its wording says", () => {
    const asked = (wording: string) =>
      openWorld(config(["world.wording", wording]), { lines, registry }).revisionMessages(
        tasks[0],
        "d",
        unmet,
      );
    expect(asked("list").at(-1)!.content).toBe("Missing:\n1. Is short.\nRevise.");
    expect(asked("general").at(-1)!.content).toContain("NOT MET\n1. Is short.");
  });

  test("needs its tasks, and the very same ones", () => {
    expect(() => openWorld(config())).toThrow(expect.objectContaining({ code: "RUN_TASKS_MISSING" }));
    expect(() => openWorld(config(), { lines: lines.replace("Write 1.", "Write 2."), registry })).toThrow(
      expect.objectContaining({ code: "RUN_TASKS_CHANGED" }),
    );
  });
});

test("a setting that a recorded configuration lacks leaves it in the pocket world", () => {
  const { world, ...rest } = resolveConfig({ preset: "pocket" });
  const old = Object.fromEntries(
    Object.entries(world).filter(([key]) => !["source", "tasks", "heldout"].includes(key)),
  ) as typeof world;
  expect(openWorld({ ...rest, world: old }).trainingTask(0).id).toBe("pocket:train:0");
});
