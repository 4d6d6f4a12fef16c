/** What the page shows of methods that sample, edit and discard in other ways than HeRL. */
import { expect, test, vi } from "vitest";
import { freshContexts, openPage, paused, small, untilUpdate, violations } from "./page";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const site = freshContexts();
const allFamilies = small.replace("pocket-rare", "pocket");

async function afterUpdate(query: string) {
  const opened = await openPage(site.context, query);
  await paused(opened.page, "grade");
  await opened.page.keyboard.press(".");
  await untilUpdate(opened.page, 1);
  await paused(opened.page, "update");
  return opened;
}

test("HiR: a replayed draft says after which instruction, and the text below says that nothing is generated", async () => {
  const { page, problems } = await afterUpdate(`${allFamilies}&method=hir&hindsight.rewriteWhen=anyFailed`);
  const note = page.getByText(/^\d+, replayed after: Write about a \w+ at the \w+\. 1\. /);
  await note.waitFor();
  expect(await page.getByText("nothing new is generated").count()).toBe(1);
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await violations(page)).toEqual([]);
  expect(problems).toEqual([]);
});

test("RuscaRL: each response says which items it was shown", async () => {
  const { page, problems } = await afterUpdate(`${allFamilies}&method=ruscarl`);
  const notes = page.getByText(/^was shown items? \d/);
  expect(await notes.count()).toBeGreaterThan(1);
  const rows = page.getByRole("table", { name: "Responses to the instruction" }).locator("tbody tr");
  expect(await rows.last().getByText("was shown").count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  expect(problems).toEqual([]);
});

test("DAPO: discarded groups are a number among the curves, and the batch shows what took their place", async () => {
  const { page, problems } = await afterUpdate(`${small}&method=rlvr&sampling.dynamicRounds=2`);
  await page
    .getByRole("button", { name: /curves/i })
    .first()
    .click();
  await page.getByText("discarded groups").first().waitFor();
  expect(problems).toEqual([]);
});
