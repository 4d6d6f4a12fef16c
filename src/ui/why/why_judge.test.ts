import { expect, test } from "vitest";
import type { ItemView, VerdictView } from "../../runs/protocol";
import { expectDefined } from "./testing/expect_defined";
import { explain } from "./why";

const wanted: ItemView = { text: "It names another animal.", weight: 1, polarity: "want", verifier: null };
const asked = (verdict: VerdictView, item = wanted, votes = 1) =>
  explain({
    about: "verdict",
    values: {
      ...{ item, index: 2, verdict, judge: { model: "tiny", votes, evidence: "off" } },
      response: { source: "revision", index: 0, draft: 3 },
    },
  });

test("a verdict is told with the judge's reason and what it quotes", async () => {
  const told = asked({ status: "satisfied", by: "judge", reason: "An owl is named.", evidence: "the owl" });
  expect(told.title).toBe("Item 3 of the revision of 4");
  expect(told.formula).toBe("It names another animal.");
  expect(told.filled).toEqual(["met, by tiny"]);
  expect(told.table!.rows).toEqual([
    ["reason", "An owl is named."],
    ["quotes", "the owl"],
  ]);
  await expectDefined([told.source]);
});

test("a pitfall is turned into words, votes and kept answers are told", () => {
  const pitfall = { ...wanted, polarity: "avoid" } as const;
  const told = asked({ status: "unmet", by: "judge", cached: true }, pitfall, 3);
  expect(told.formula).toBe("Avoid: It names another animal.");
  expect(told.filled).toEqual(["there, and to be avoided, by tiny, as it said when it was asked before"]);
  expect(told.table!.rows).toContainEqual(["votes", "the majority of 3"]);
});

test("an unknown item says why, and that it is no 0", () => {
  const told = asked({ status: "unknown", by: "judge", reason: "the judge declined" });
  expect(told.table!.rows).toContainEqual(["why not", "the judge declined"]);
  expect(told.note).toContain("no 0");
});
