/** The sentence under a group says what is true of it, in every turn that a step can take. */
import { describe, expect, test } from "vitest";
import { resolveConfig } from "../../runs/presets";
import type { GroupView, ResponseView } from "../../runs/protocol";
import { explainGroup } from "./explain_group";

const herl = resolveConfig({ preset: "pocket-rare" });
const rlvr = resolveConfig({ preset: "pocket-rare", variant: "rlvr" });
const naive = resolveConfig({ preset: "pocket-rare", variant: "naivehe" });

const response = (
  index: number,
  reward: number | null,
  changes: Partial<ResponseView> = {},
): ResponseView => ({
  ...{
    source: "rollout",
    index,
    draft: null,
    chosen: false,
    text: "",
    ids: [],
    logprobs: [],
    entropies: [],
    finish: "stop",
  },
  verdicts:
    reward === null ? null : [{ status: "satisfied" }, { status: reward < 1 ? "unmet" : "satisfied" }],
  ...{ reward, bonus: 0, advantage: null, gradient: null },
  ...changes,
});
const revision = (reward: number, changes: Partial<ResponseView> = {}) =>
  response(0, reward, { source: "revision", draft: 2, ...changes });
const group = (responses: readonly ResponseView[], changes: Partial<GroupView> = {}): GroupView => ({
  ...{ task: { id: "t", prompt: "Write." }, items: [], responses, mean: null, droppedPrompts: 0 },
  ...changes,
});
const weights = {
  coefficients: [],
  ratios: [],
  clipped: [],
  weights: [0.25, 0.25],
  unsampledMass: [],
  effectiveCounts: [],
};
const all = (explanation: { lead: string; rest: string }) => `${explanation.lead} ${explanation.rest}`;

describe("by phase", () => {
  const draft = response(2, 0.75, { chosen: true });
  const rollouts = [response(0, 0.5), response(1, 0), draft];

  test("sampling, sampled, graded", () => {
    expect(explainGroup(group([]), null, herl).lead).toBe("7 responses are being sampled.");
    expect(explainGroup(group([response(0, null)]), "sample", herl).lead).toBe(
      "1 response to one instruction, not graded yet.",
    );
    expect(all(explainGroup(group([response(0, 0.5), response(1, 0.75)]), "grade", herl))).toBe(
      "No response meets every item; the best reward is 0.75. Response 2 is the nearest miss and will be revised.",
    );
  });

  test("chosen, revised", () => {
    expect(all(explainGroup(group(rollouts), "select", herl))).toBe(
      "Response 3 failed, but was the nearest miss. It will be shown to the policy again, with the missing item 2, to be revised.",
    );
    expect(
      all(explainGroup(group([...rollouts, revision(1, { reward: null, verdicts: null })]), "revise", herl)),
    ).toContain("The revision is not graded yet.");
  });

  test("a revision that joined, with its bonus and its weight in numbers", () => {
    const responses = [
      response(0, 0.5, { advantage: -0.5 }),
      { ...draft, bonus: 0.0125, advantage: 0.2 },
      revision(1, { chosen: true, advantage: 1.2, gradient: weights }),
    ];
    const { lead, rest } = explainGroup(group(responses), "update", herl);
    expect(lead).toBe("Response 3 failed, but was the nearest miss.");
    expect(rest).toContain("the revision (0.75 → 1.00) joined the group.");
    expect(rest).toContain("α(r′ − r) = 0.05 × 0.25 = +0.0125 for being worth revising");
    expect(rest).toContain("weighs ρ·f′(ρ) = 0.25 of a rollout's");
  });

  test("a revision that is worse stays out, and its draft loses", () => {
    const responses = [
      response(0, 0, { advantage: -1 }),
      { ...draft, bonus: -0.0125, advantage: 1 },
      revision(0.5),
    ];
    const { lead, rest } = explainGroup(group(responses), "advantage", herl);
    expect(lead).toBe("Response 3 failed, and revising did not help.");
    expect(rest).toContain("the revision (0.75 → 0.50) is not at least as good as its draft and stays out.");
    expect(rest).toContain("Response 3 loses α(r′ − r) = 0.05 × (−0.25) = −0.0125");
  });
});

describe("HiR edits the instruction", () => {
  const hir = resolveConfig({ preset: "pocket-rare", variant: "hir" });
  const draft = response(1, 0.5, { chosen: true, advantage: 0 });
  const others = [response(0, 0, { advantage: -1 }), draft];
  const replay = response(0, 1, {
    ...{ source: "revision", draft: 1, chosen: true, advantage: 1 },
    replayed: { prompt: "Write.\n1. Short.", items: [0] },
  });

  test("what becomes of the draft is said, and nothing of a revision", () => {
    const told = [
      explainGroup(group(others), "grade", hir),
      explainGroup(group(others), "select", hir),
      explainGroup(group([...others, replay]), "revise", hir),
      explainGroup(group([...others, replay]), "update", hir),
    ].map(all);
    expect(told[0]).toContain("Response 2 is the nearest miss and will be replayed.");
    expect(told[1]).toContain("Its instruction will be cut down to what it satisfied.");
    expect(told[2]).toContain("It is replayed after an instruction with only what it satisfied");
    expect(told[3]).toContain("Response 2 failed, but was the nearest miss.");
    for (const text of told) expect(text).not.toMatch(/revis/);
  });

  test("a draft that satisfied nothing", () => {
    const { rest } = explainGroup(group(others, { droppedPrompts: 1 }), "update", hir);
    expect(rest).toContain("It satisfied nothing that can be asked for alone");
  });
});

test("where nothing is revised, only RLVR is called by its name", () => {
  const failed = group([response(0, 0, { advantage: -1 }), response(1, 0.5, { advantage: 1 })]);
  const ruscarl = resolveConfig({ preset: "pocket-rare", variant: "ruscarl" });
  expect(all(explainGroup(failed, "update", rlvr))).toContain("RLVR revises nothing");
  expect(all(explainGroup(failed, "update", ruscarl))).toContain("Nothing is revised");
});

describe("other turns", () => {
  test("a group that passed is not revised", () => {
    const passed = group([response(0, 1, { advantage: 1 }), response(1, 0.5, { advantage: -1 })]);
    expect(all(explainGroup(passed, "grade", herl))).toContain(
      "Response 1 meets every item. The group shows the way by itself",
    );
    expect(explainGroup(group([response(0, 1), response(1, 1)]), "grade", herl).lead).toBe(
      "All 2 responses meet every item.",
    );
  });

  test("equal rewards give no gradient", () => {
    const flat = group([response(0, 0.5, { advantage: 0 }), response(1, 0.5, { advantage: 0 })]);
    expect(explainGroup(flat, "update", herl).lead).toBe(
      "All rewards are equal, so this group gives no gradient.",
    );
  });

  test("RLVR revises nothing", () => {
    expect(all(explainGroup(group([response(0, 0.5), response(1, 0)]), "grade", rlvr))).toContain(
      "RLVR revises nothing",
    );
  });

  test("NaiveHE drops the hindsight, and weighs the revision as a rollout", () => {
    const responses = [
      response(2, 0.5, { chosen: true, advantage: -1 }),
      revision(1, { chosen: true, advantage: 1, gradient: weights }),
    ];
    const { rest } = explainGroup(group(responses), "update", naive);
    expect(rest).toContain("NaiveHE trains it as if it had been sampled from the instruction alone");
    expect(rest).not.toContain("weighs");
  });

  test("ungraded responses, dropped prompts and ties are said", () => {
    expect(all(explainGroup(group([response(0, null), response(1, 0.5)]), "grade", herl))).toContain(
      "Response 1 could not be graded and takes no part.",
    );
    expect(explainGroup(group([response(0, null)]), "grade", herl).lead).toContain(
      "No response could be graded",
    );
    const dropped = group([response(2, 0.5, { chosen: true })], { droppedPrompts: 1 });
    expect(all(explainGroup(dropped, "regrade", herl))).toContain("did not fit the context");
    expect(all(explainGroup(group([response(0, 0.5), response(1, 0.5)]), "grade", herl))).toContain(
      "2 responses are equally near",
    );
  });
});

describe("SFT and DPO", () => {
  const sft = resolveConfig({ preset: "pocket-rare", variant: "sft" });
  const dpo = resolveConfig({ preset: "pocket-rare", variant: "dpo" });
  const reference = (index: number, reward: number | null, advantage: number | null = null) =>
    response(index, reward, { origin: "reference", advantage });

  test("nothing says that a reference was sampled", () => {
    const written = [reference(0, 1, 1), reference(1, 0.5, 1)];
    const told = [
      explainGroup(group([]), null, sft),
      explainGroup(group([reference(0, null)]), "sample", sft),
      explainGroup(group(written), "grade", sft),
      explainGroup(group(written), "update", sft),
    ].map(all);
    for (const text of told) expect(text.replace("Nothing is sampled", "")).not.toMatch(/sampled|drawn/);
    expect(told[1]).toContain("1 written response, not graded yet.");
    expect(told[3]).toBe(
      "1 of 2 references meets every item. SFT makes every token of each of them likelier, whatever its reward.",
    );
  });

  test("a pair by its numbers, and none where rewards are alike", () => {
    const pair = [response(0, 0.5), response(1, 1, { advantage: 1 }), response(2, 0, { advantage: -1 })];
    expect(explainGroup(group(pair), "update", dpo).lead).toBe("Response 2 is preferred to response 3.");
    const none = explainGroup(group([response(0, 0.5), response(1, 0.5)]), "advantage", dpo);
    expect(none.lead).toBe("All rewards are equal, so this group gives no pair.");
    expect(all(explainGroup(group(pair), "grade", dpo))).toContain("Response 2 meets every item.");
  });

  test("a pair of a file", () => {
    const file = { ...dpo, preference: { ...dpo.preference, pairs: "file" as const } };
    const pair = [reference(0, 1, 1), response(1, 0.5, { origin: "rejected", advantage: -1 })];
    expect(all(explainGroup(group(pair), "update", file))).toContain(
      "The reference is preferred to the rejected response.",
    );
    expect(all(explainGroup(group(pair), "update", file))).toContain("Neither was sampled.");
  });
});
