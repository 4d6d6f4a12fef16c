/** The article of results with made-up numbers: experiments that are done, half done and not begun. */
import axe from "axe-core";
import { flushSync, mount, unmount } from "svelte";
import { afterEach, beforeEach, expect, test } from "vitest";
import { page } from "vitest/browser";
import type { Experiment } from "../src/experiments/experiment";
import { claimRows, countVerdicts } from "../src/experiments/report/claim_rows";
import { inOrder, type DatedPublication } from "../src/ui/results/publications";
import Host from "../src/ui/results/testing/Host.svelte";
import { madeUp } from "../src/ui/results/testing/made_up";
import type { App } from "../src/ui/state/app.svelte";
import "../src/ui/styles/index.css";

const definitions = import.meta.glob<Experiment>("../experiments/*/experiment.json", {
  ...{ eager: true, import: "default" },
});
/** Seeds that are done, by name; of the others none is. */
const done: Readonly<Record<string, number>> = {
  ordering: 10,
  generalisation: 3,
  exploration: 10,
  passk: 10,
};
const publications = inOrder(
  Object.values(definitions).map((experiment) => madeUp(experiment, done[experiment.name] ?? 0)),
);
const named = (name: string): DatedPublication =>
  publications.find(({ experiment }) => experiment.name === name)!;

let host: Record<string, unknown>;
let app: { comparison: Record<string, string>; view: string; show: (view: string) => void };

function open(): void {
  app = {
    comparison: {},
    view: "results",
    show(view) {
      this.view = view;
    },
  };
  const main = document.createElement("main");
  document.body.append(main);
  host = mount(Host, { target: main, props: { app: app as unknown as App, publications } });
  flushSync();
}

const section = (name: string) => document.getElementById(name)!;
const textOf = (element: Element) => element.textContent!.replace(/\s+/g, " ");

beforeEach(() => {
  document.documentElement.lang = "en";
  document.title = "Results";
});

afterEach(async () => {
  await unmount(host);
  document.body.replaceChildren();
  document.documentElement.removeAttribute("data-theme");
  history.replaceState(null, "", location.pathname + location.search);
});

test.each([
  [1440, "light"],
  [390, "dark"],
])("at %i pixels, %s: nothing is wrong, nothing is wider than the page", async (width, theme) => {
  await page.viewport(width, 900);
  document.documentElement.dataset["theme"] = theme;
  open();
  await expect.poll(() => document.querySelectorAll("figure svg[role=img]").length).toBeGreaterThan(5);
  for (const part of document.querySelectorAll("details")) part.open = true;
  const { violations } = await axe.run();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 160)}`)).toEqual([]);
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
});

test("the summary counts what the sections show", () => {
  open();
  const counts = countVerdicts(publications.flatMap(claimRows));
  expect(counts.agree * counts.disagree * counts.undecided * counts.notRun).toBeGreaterThan(0);
  const lead = textOf(document.querySelectorAll(".lead")[1]);
  expect(lead).toContain(`${counts.disagree} disagree,`);
  expect(lead).toContain(`${counts.notRun} have not been run yet`);
  const verdicts = [...document.querySelectorAll("section tbody td.verdict")].map(textOf);
  expect(verdicts.filter((word) => word.includes("disagree"))).toHaveLength(counts.disagree);
  expect(verdicts.filter((word) => word.includes("not run yet"))).toHaveLength(counts.notRun);
});

test("a section tells the paper, the expectation, numbers, budget, code and command", () => {
  open();
  const { experiment, summary } = named("ordering");
  const told = textOf(section("ordering"));
  for (const part of [
    ...[experiment.paper.says, experiment.expectation, "Holm for the 27 comparisons"],
    ...["324 runs", "HeRL Playground 0.1.0, 2026-11-21", "npx herl experiment ordering"],
  ])
    expect(told).toContain(part);
  const first = summary!.claims[0];
  expect(told).toContain(`${first.difference.n}`);
  expect(told).toContain("Reference HeRL, Table 1");
  expect(textOf(section("generalisation"))).toContain("of 324 runs done");
  expect(textOf(section("shaping"))).toContain("Not run yet: 100 runs are defined");
  expect(section("shaping").querySelector("figure")).toBeNull();
});

test("the chosen measure is drawn", async () => {
  open();
  const choice = section("ordering").querySelector("select")!;
  const figure = () => section("ordering").querySelector("figure svg[aria-label^='Area under']");
  expect(figure()).toBeNull();
  choice.value = "auc.heldout.reward";
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  await expect.poll(figure).not.toBeNull();
});

test("all claims can be filtered by their verdict", async () => {
  open();
  const list = document.querySelector("article > details")!;
  const choice = list.querySelector("select")!;
  choice.value = "disagree";
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  const expected = countVerdicts(publications.flatMap(claimRows)).disagree;
  await expect.poll(() => list.querySelectorAll("tbody td.verdict").length).toBe(expected);
});

test("an experiment is chosen in Compare; with a key held the link is a link", () => {
  open();
  const link = section("ordering").querySelector<HTMLAnchorElement>("a[href*=compare]")!;
  expect(link.getAttribute("href")).toBe("?view=compare&experiment=ordering");
  const held = new MouseEvent("click", { ctrlKey: true, cancelable: true, bubbles: true });
  link.addEventListener("click", (event) => event.preventDefault(), { once: true });
  link.dispatchEvent(held);
  expect(app.view).toBe("results");
  link.click();
  expect([app.view, app.comparison]).toEqual(["compare", { experiment: "ordering" }]);
});

test("a link to a section leads there once it has come", async () => {
  await page.viewport(1440, 900);
  history.replaceState(null, "", "#shaping");
  open();
  await expect.poll(() => Math.abs(section("shaping").getBoundingClientRect().top)).toBeLessThan(60);
});

test("before printing everything is opened", () => {
  open();
  expect(document.querySelector("details[open]")).toBeNull();
  window.dispatchEvent(new Event("beforeprint"));
  expect(document.querySelector("details:not([open])")).toBeNull();
});
