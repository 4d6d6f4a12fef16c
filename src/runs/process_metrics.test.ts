import { expect, test } from "vitest";
import type { Sample } from "../herl/group";
import { processMetrics } from "./process_metrics";

const sample = (scores: number[] | null, segments = scores?.length ?? 1): Sample => ({
  rollout: { ids: [], logprobs: new Float32Array(), entropies: new Float32Array(), finish: "stop" },
  ...{ text: "", verdicts: [], reward: 0 },
  process: { segments: Array.from({ length: segments }, () => ({ start: 0, end: 0, text: "" })), scores },
});

test("means over segments, by position, and what could not be scored", () => {
  const metrics = processMetrics([sample([1, 0.5, 0]), sample([0.5]), sample(null, 4)]);
  expect(metrics).toMatchObject({
    "process/score": 0.5,
    "process/last_score": 0.25,
    "process/score_1": 0.75,
    "process/score_2": 0.5,
    "process/score_3": 0,
    "process/score_4": null,
    "process/segments": 8 / 3,
    "process/single_segment": 1 / 3,
    "process/unscored": 1,
  });
});

test("nothing for methods without scores", () => {
  const plain: Sample = { ...sample([1]), process: undefined };
  expect(processMetrics([plain])).toEqual({});
});
