/** A run that starts where another one ended: stage II of two. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { writeAdapter, readStart } from "../src/cli/adapter_files";
import { RunFolder } from "../src/cli/run_folder";
import { CpuBackend } from "../src/compute/cpu";
import { peftFiles, readPeft, type PeftFiles } from "../src/policy/peft";
import type { Journal } from "../src/runs/journal";
import { openSession } from "../src/runs/open_session";
import { noJournal } from "../src/runs/replay";
import type { SessionEvent } from "../src/runs/session";
import { pocketModel, smallConfig } from "./pocket";

const scratch = mkdtempSync(join(tmpdir(), "herl-start-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const backend = await CpuBackend.create();
const model = pocketModel;
const config = smallConfig([
  ["evaluation.every", "0"],
  ["objective.klCoef", "0.01"],
]);

/** The adapter after two updates from the bare model. */
async function trainedAdapter(): Promise<PeftFiles> {
  const { session, learner } = await openSession({ backend, model, config, journal: noJournal() });
  for await (const event of session.run(2)) void event;
  const { parameters } = learner.policy.model;
  return peftFiles(config.training, parameters.entries, await parameters.read(), "pocket");
}

const start = await trainedAdapter();

async function run(journal: Journal, isLast: (event: SessionEvent) => boolean = () => false, from = start) {
  const folder = journal instanceof RunFolder && journal.exists ? journal : null;
  const recorded = folder?.readManifest();
  const open = await openSession({ backend, model, config, journal, recorded, start: from });
  const before = await open.learner.policy.model.parameters.read();
  if (folder) await open.session.resume();
  else if (journal instanceof RunFolder) await journal.begin(open.manifest, undefined, from);
  const kl: unknown[] = [];
  for await (const event of open.session.run(3)) {
    if (event.type === "step") kl.push(event.metrics["kl"]);
    if (isLast(event)) break;
  }
  return { ...open, before, kl, digest: open.session.digest };
}

describe("a run from an adapter", () => {
  test("begins with its parameters, and they are the reference of the KL term", async () => {
    const { before, kl, manifest } = await run(noJournal());
    for (const [name, values] of readPeft(start).matrices) expect(before.get(name)).toEqual(values);
    expect(kl[0]).toBe(0);
    expect(kl[2]).toBeGreaterThan(0);
    expect(manifest.start?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test("is another run than one from the bare model, and the same when it was killed and resumed", async () => {
    const whole = await run(noJournal());
    const bare = await openSession({ backend, model, config, journal: noJournal() });
    for await (const event of bare.session.run(3)) void event;
    expect(bare.session.digest).not.toBe(whole.digest);
    expect(bare.manifest.start).toBeUndefined();

    const folder = new RunFolder(join(scratch, "killed"));
    await run(folder, (event) => event.type === "phase" && event.step === 2);
    const resumed = await run(folder, undefined, folder.readStart());
    expect(resumed.digest).toBe(whole.digest);
    expect(resumed.kl.at(-1)).toBe(whole.kl[2]);
  });

  test("is refused without its adapter, and with another one", async () => {
    const { manifest: recorded } = await run(noJournal(), () => true);
    const open = (from?: PeftFiles) =>
      openSession({ backend, model, config, journal: noJournal(), recorded, start: from });
    const missing = expect.objectContaining({ code: "RUN_START_MISSING" }) as Error;
    await expect(open()).rejects.toEqual(missing);
    await expect(open({ ...start, config: `${start.config} ` })).rejects.toEqual(missing);
  });

  test("is refused with an adapter of another shape, which is named", async () => {
    const other = smallConfig([["training.rank", "4"]]);
    await expect(
      openSession({ backend, model, config: other, journal: noJournal(), start }),
    ).rejects.toMatchObject({
      code: "ADAPTER_MISMATCH",
      message: expect.stringContaining("rank 8") as string,
    });
  });
});

test("an adapter is found in a run's folder and in its own", () => {
  writeAdapter(join(scratch, "run", "adapter"), start);
  expect(readStart(join(scratch, "run"))).toEqual(start);
  expect(readStart(join(scratch, "run", "adapter"))).toEqual(start);
  expect(() => readStart(join(scratch, "nothing"))).toThrow(
    expect.objectContaining({ code: "FILE_MISSING" }),
  );
});
