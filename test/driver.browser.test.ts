/** The driver between page and session: plays, steps, answers, and survives what a browser does to it. */
import { describe, expect, test } from "vitest";
import type { MetricsRow } from "../src/runs/metrics";
import {
  bytes,
  config,
  cpu,
  eventCount,
  eventsOf,
  forget,
  lastStatus,
  locked,
  openDriver,
  paused,
  phases,
  until,
} from "./driver";
import { smallConfig } from "./pocket";

const numbersOf = ({ step_time: _time, ...row }: MetricsRow) => row;

describe("opening", () => {
  test("samples and grades the first groups, then waits", async () => {
    await openDriver().open(cpu);
    await paused();
    expect(phases()).toEqual(["1 sample", "1 grade"]);
    const [opened] = eventsOf("opened");
    expect(opened.model.vocabulary).toHaveLength(512);
    expect(opened.probe.cpu).toBeGreaterThan(0.5);
    const { groups } = eventsOf("step").at(-1)!.view;
    expect(groups).toHaveLength(config.groups);
    expect(groups[0].responses).toHaveLength(config.rollouts);
    expect(groups[0].responses.every(({ reward, verdicts }) => reward !== null && verdicts !== null)).toBe(
      true,
    );
    const streamed = eventsOf("tokens").flatMap(({ tokens }) => tokens);
    expect(streamed.length / 4).toBe(
      groups.flatMap(({ responses }) => responses.flatMap(({ ids }) => ids)).length,
    );
  });

  test("a run that another tab holds is refused", async () => {
    const first = openDriver();
    await first.open(cpu);
    first.stepUpdate();
    await until(() => eventsOf("metrics").length === 1);
    const [{ runId }] = eventsOf("opened");
    forget();
    await openDriver().open({ ...cpu, resume: runId });
    expect(eventsOf("failed")).toMatchObject([{ code: "RUN_LOCKED" }]);
  });

  test("a model that cannot be fetched, and a malformed one, are said", async () => {
    await openDriver({ loadModel: () => Promise.resolve(bytes.slice(0, 5000)) }).open(cpu);
    expect(eventsOf("failed")).toMatchObject([{ code: "GGUF_TRUNCATED" }]);
    expect(lastStatus()).toBe("failed");
  });

  test("without an adapter it computes on the cpu, and webgpu is refused with a cure", async () => {
    await openDriver({ gpu: undefined }).open({ config, backend: "auto" });
    expect(eventsOf("opened")[0].adapter.backend).toBe("cpu");
    expect(eventsOf("opened")[0].probe.webgpu).toBeNull();
    await openDriver({ gpu: undefined }).open({ config, backend: "webgpu" });
    expect(eventsOf("failed")).toMatchObject([{ code: "NO_ADAPTER" }]);
  });
});

describe("playing", () => {
  test("steps a phase, steps an update, plays and pauses", async () => {
    const driver = openDriver();
    await driver.open(cpu);
    await paused();
    driver.stepPhase();
    await until(() => phases().includes("1 select") && lastStatus() === "paused");
    driver.stepUpdate();
    await until(() => eventsOf("metrics").length === 1 && lastStatus() === "paused");
    expect(phases().at(-1)).toBe("1 update");
    driver.play();
    await until(() => eventsOf("metrics").length === 3);
    driver.pause();
    await until(() => lastStatus() === "paused");
    const count = eventCount();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(eventCount()).toBe(count);
    expect(eventsOf("evaluation").map(({ rows }) => rows[0].step)).toEqual([0, 2]);
  });

  test("opening another run ends the present one", async () => {
    const driver = openDriver();
    await driver.open(cpu);
    driver.play();
    await until(() => phases().includes("1 revise"));
    await driver.open({ ...cpu, config: smallConfig([["seed", "9"]]) });
    await until(() => lastStatus() === "paused" && eventsOf("opened").length === 2);
    expect(eventsOf("failed")).toEqual([]);
    expect(locked.size).toBe(1);
  });

  test("a resumed run goes on as if nothing had happened", async () => {
    const whole = openDriver();
    await whole.open(cpu);
    whole.play();
    await until(() => eventsOf("metrics").length >= 4);
    await whole.open(cpu);
    const expected = eventsOf("metrics")
      .slice(0, 4)
      .map(({ row }) => numbersOf(row));

    forget();
    const closed = openDriver();
    await closed.open(cpu);
    await paused();
    while (eventsOf("metrics").length < 2) {
      closed.stepUpdate();
      await paused();
    }
    while (phases().at(-1) !== "3 gradient") {
      closed.stepPhase();
      await paused();
    }
    const [{ runId }] = eventsOf("opened");
    locked.clear(); // the tab is gone in the midst of an update, and its lock with it

    forget();
    const opened = openDriver();
    await opened.open({ ...cpu, resume: runId });
    expect(eventsOf("opened")[0].metrics.map(numbersOf)).toEqual(expected.slice(0, 2));
    opened.stepUpdate();
    await until(() => eventsOf("metrics").length === 1 && lastStatus() === "paused");
    opened.stepUpdate();
    await until(() => eventsOf("metrics").length === 2);
    expect(eventsOf("metrics").map(({ row }) => numbersOf(row))).toEqual(expected.slice(2));
  });
});

describe("questions between phases", () => {
  test("a token's distribution before and after the update; asking changes nothing", async () => {
    const quiet = openDriver();
    await quiet.open(cpu);
    quiet.stepUpdate();
    await until(() => eventsOf("metrics").length === 1);
    quiet.stepUpdate();
    await until(() => eventsOf("metrics").length === 2);
    const expected = eventsOf("metrics").map(({ row }) => row.digest);

    forget();
    const asked = openDriver();
    await asked.open(cpu);
    await paused();
    const reference = { group: 1, source: "rollout", index: 0, token: 2 } as const;
    const early = await asked.inspect(reference);
    expect(early!.after).toBeNull();
    asked.stepUpdate();
    await until(() => eventsOf("metrics").length === 1 && lastStatus() === "paused");
    const late = await asked.inspect(reference);
    expect(late!.before).toEqual(early!.before);
    expect(late!.after).not.toEqual(late!.before);
    for (const logprobs of [late!.before, late!.after!])
      expect(logprobs.reduce((sum, l) => sum + Math.exp(l), 0)).toBeCloseTo(1, 4);
    const { groups } = eventsOf("step").at(-1)!.view;
    expect(late!.sampled).toBe(groups[1].responses[0].ids[2]);
    expect(late!.before[late!.sampled]).toBeCloseTo(groups[1].responses[0].logprobs[2], 4);
    expect(await asked.inspect({ ...reference, token: 999 })).toBeNull();
    asked.stepUpdate();
    await until(() => eventsOf("metrics").length === 2);
    expect(eventsOf("metrics").map(({ row }) => row.digest)).toEqual(expected);
  });

  test("the lab: tokens, pushes and changed steps in the midst of an update change nothing", async () => {
    const quiet = openDriver();
    await quiet.open(cpu);
    for (let step = 1; step <= 2; step++) {
      quiet.stepUpdate();
      await until(() => eventsOf("metrics").length === step && lastStatus() === "paused");
    }
    const expected = eventsOf("metrics").map(({ row }) => row.digest);

    forget();
    const driver = openDriver();
    await driver.open(cpu);
    await paused();
    const reference = { group: 1, source: "rollout", index: 0, token: 2 } as const;
    expect(await driver.answering.analyzeToken(reference, { fraction: 1, tokens: 4 })).toBeNull();
    driver.stepUpdate();
    await until(() => eventsOf("metrics").length === 1 && lastStatus() === "paused");
    const recorded = eventsOf("step").at(-1)!.view;
    const inspected = (await driver.inspect(reference))!;
    while (phases().at(-1) !== "2 gradient") {
      driver.stepPhase();
      await paused();
    }

    // The gradient of update 2 has added up and waits; the questions are about update 1.
    const whole = (await driver.answering.analyzeToken(reference, { fraction: 1, tokens: 6 }))!;
    expect(whole).toMatchObject({ step: 1, sampled: inspected.sampled });
    expect(whole.before).toEqual(inspected.before);
    expect(whole.after).toEqual(inspected.after);
    expect(whole.firstOrder.ids).toHaveLength(6);
    expect(whole.firstOrder.ids[0]).toBe(whole.sampled);
    const part = (await driver.answering.analyzeToken(reference, { fraction: 0.05, tokens: 6 }))!;
    const error = ({ before, after, firstOrder: { ids, change } }: typeof whole) =>
      Math.max(...ids.map((id, i) => Math.abs(after[id] - before[id] - change[i]))) /
      Math.max(...change.map(Math.abs));
    expect(error(part)).toBeLessThan(0.05);

    let scored = 0;
    const stopped = await driver.answering.analyzeToken(
      reference,
      { fraction: 1, tokens: 64 },
      "long",
      ({ done }) => {
        scored = done;
        if (done === 3) driver.answering.stopAsking("long");
      },
    );
    expect(stopped).toBeNull();
    expect(scored).toBe(3);
    expect(await driver.answering.analyzeToken(reference, { fraction: 1, tokens: 6 })).toEqual(whole);

    const push = (await driver.answering.pushToken(reference, {
      advantage: -1,
      steps: 2,
      learningRate: 1e-3,
    }))!;
    expect(push.distributions[0]).toEqual(whole.before);
    expect(push.distributions[2][push.sampled]).toBeLessThan(whole.before[push.sampled]);

    const same = (await driver.answering.tryChange({ settings: [] }, reference))!;
    expect(same.cosine).toBeCloseTo(1, 6);
    expect(same.nextToken!.changed).toEqual(whole.after);
    expect(same.view.flows).toEqual(recorded.flows);
    const naive = (await driver.answering.tryChange(
      { settings: [["hindsight.context", "dropped"]] },
      reference,
    ))!;
    expect(naive.cosine).toBeLessThan(0.9999);
    await expect(
      driver.answering.tryChange({ settings: [["bonus.alpha", "7"]] }, null),
    ).rejects.toMatchObject({
      code: "CONFIG_INVALID",
    });

    driver.stepUpdate();
    await until(() => eventsOf("metrics").length === 2);
    expect(eventsOf("metrics").map(({ row }) => row.digest)).toEqual(expected);
  });

  test("an earlier update is made again for the lab, and the run goes on where it was", async () => {
    const driver = openDriver();
    await driver.open(cpu);
    await paused();
    driver.stepUpdate();
    await until(() => eventsOf("metrics").length === 1 && lastStatus() === "paused");
    const reference = { group: 0, source: "rollout", index: 1, token: 1 } as const;
    const first = await driver.answering.analyzeToken(reference, { fraction: 1, tokens: 2 });
    const { flows } = eventsOf("step").at(-1)!.view;
    driver.stepUpdate();
    await until(() => eventsOf("metrics").length === 2 && lastStatus() === "paused");
    const second = await driver.answering.analyzeToken(reference, { fraction: 1, tokens: 2 });
    expect(second!.step).toBe(2);

    const [{ runId }] = eventsOf("opened");
    const view = await driver.revisit({ runId, step: 1 });
    expect(view).toMatchObject({ step: 1, flows });
    expect(view!.bound).toHaveLength(2);
    expect(eventsOf("revisiting").at(-1)).toMatchObject({ done: 1, of: 1 });
    expect(await driver.answering.analyzeToken(reference, { fraction: 1, tokens: 2 })).toEqual(first);

    await expect(driver.revisit({ runId, step: 9 })).rejects.toMatchObject({ code: "STEP_MISSING" });
    const cancelled = driver.revisit({ runId, step: 2 });
    driver.cancelRevisit();
    expect(await cancelled).toBeNull();
    expect(await driver.answering.analyzeToken(reference, { fraction: 1, tokens: 2 })).toEqual(second);
    driver.stepUpdate();
    await until(() => eventsOf("metrics").length === 3);
  });

  test("a composed task is sampled, graded and revised without training; a clash is refused", async () => {
    const driver = openDriver();
    await driver.open(cpu);
    await paused();
    const topic = { animal: "fox", place: "lake" };
    const title = { family: "title", kwargs: {} };
    const group = await driver.probe(topic, [title, { family: "lowercase", kwargs: {} }]);
    expect(group.responses.length).toBeGreaterThanOrEqual(config.rollouts);
    expect(group.items.map(({ verifier }) => verifier)).toEqual([
      "detectable_format:title",
      "change_case:english_lowercase",
    ]);
    const clash = driver.probe(topic, [
      { family: "capitals", kwargs: {} },
      { family: "lowercase", kwargs: {} },
    ]);
    await expect(clash).rejects.toMatchObject({ code: "TASK_INVALID" });
    driver.stepUpdate();
    await until(() => eventsOf("metrics").length === 1);
  });
});
