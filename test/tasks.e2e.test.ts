/** Task files in the built page: dropped, pasted, chosen; trained on and taken up again; rubrics written by keyboard. */
import { readFileSync } from "node:fs";
import { strFromU8, unzipSync } from "fflate";
import type { Page } from "playwright-core";
import { expect, test, vi } from "vitest";
import type { Task } from "../src/rubric/schema";
import { startJudgeServer } from "./judge_server";
import { freshContexts, openPage, paused, small, untilUpdate, violations } from "./page";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });
const site = freshContexts();

const dialog = (page: Page) => page.getByRole("dialog", { name: "Tasks" });
const button = (page: Page, name: string | RegExp) => dialog(page).getByRole("button", { name });
const textOf = async (page: Page) => (await dialog(page).textContent())!.replace(/\s+/g, " ");
/** Waits until the run on screen is one on the tasks of this file, graded. */
const onFile = async (page: Page): Promise<void> => {
  const instruction = page.getByRole("heading", { level: 2, name: /^Tell of a/ });
  await instruction.first().waitFor();
  await paused(page, "grade");
};
const shot = async (page: Page, name: string) => {
  const folder = process.env["SHOTS"];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
};

/** Twelve IFEval records whose prompts the pocket model was made for, and a broken line. */
const records = ["fox", "bear", "owl", "cat", "dog", "frog"].flatMap((animal, a) =>
  ["lake", "hill"].map((place, p) =>
    JSON.stringify({
      key: 10 * a + p,
      prompt: `Tell of a ${animal} at the ${place}.\n1. Use no commas.\n2. Add a title in << >>.`,
      instruction_id_list: ["punctuation:no_comma", "detectable_format:title"],
      kwargs: [{}, {}],
    }),
  ),
);
const broken = JSON.stringify({ key: 99, prompt: "Write.", instruction_id_list: ["a:b"], kwargs: [] });
const long = JSON.stringify({ ...JSON.parse(records[0]), key: "long", prompt: "fox ".repeat(2000) });
const file = [...records.slice(0, 4), broken, ...records.slice(4), long].join("\n");

/** Drops a file on the middle of the page, as a reader would. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  await page.evaluate(
    ([fileName, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([content], fileName));
      const target = document.elementFromPoint(innerWidth / 2, innerHeight / 2)!;
      for (const type of ["dragover", "drop"])
        target.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    [name, text],
  );
  await dialog(page).waitFor();
}

const paste = (page: Page, text: string) =>
  page.evaluate((content) => {
    const data = new DataTransfer();
    data.setData("text/plain", content);
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
  }, text);

test("a dropped file with a bad line: keep the good ones, train, reload, resume, export", async () => {
  const asked: string[] = [];
  site.context.on("request", (request) => asked.push(request.url()));
  const { page, problems } = await openPage(site.context);
  await paused(page, "grade");
  expect(asked.filter((url) => /tasks\.worker|TasksDialog/.test(url))).toEqual([]);
  await drop(page, "animals.jsonl", file);
  await button(page, "Keep the good 13 tasks").waitFor();
  const text = await textOf(page);
  expect(text).toContain("Found: 14 IFEval or IFBench records. 13 tasks: 26 items by code.");
  expect(text).toContain("1 record is faulty");
  const row = dialog(page).getByRole("region", { name: "What is wrong, by line" }).locator("tbody tr");
  expect(await row.locator("td").allTextContents()).toEqual([
    "5",
    "kwargs",
    "0 entries for 1 instruction. Give one object an instruction, {} where it has no parameters.",
  ]);
  expect(await violations(page)).toEqual([]);
  await shot(page, "problems-1440");

  await button(page, /^Keep/).click();
  const train = button(page, "Train on these");
  await expect.poll(() => train.isEnabled()).toBe(true);
  expect(await textOf(page)).toMatch(
    /1 task cannot be given to this model \(context of \d+ tokens\) and is left out. For instance long: its prompt takes/,
  );
  const [, training, held] = /(\d+) to train on, (\d+) held out/.exec((await textOf(page))!)!;
  expect(Number(training) + Number(held)).toBe(12);
  await dialog(page).getByText("Tell of a fox at the lake").first().click();
  expect(await violations(page)).toEqual([]);
  await shot(page, "file-1440");
  await train.click();
  await dialog(page).waitFor({ state: "detached" });
  await onFile(page);
  expect(new URL(page.url()).searchParams.get("world.source")).toBe("file");
  await page.keyboard.press(".");
  await untilUpdate(page, 1);
  await paused(page);

  await page.reload();
  await page.getByRole("button", { name: "Continue" }).click();
  await untilUpdate(page, 1);
  await paused(page, "sample");
  await page.keyboard.press(".");
  await untilUpdate(page, 2);
  await paused(page);

  const downloading = page.waitForEvent("download");
  await page.keyboard.press("e");
  const files = unzipSync(readFileSync(await (await downloading).path()));
  const lines = strFromU8(files["tasks.jsonl"]).trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { key: string }).key)).toEqual(
    records.map((record) => String((JSON.parse(record) as { key: number }).key)),
  );
  expect(problems).toEqual([]);
});

test("pasted and chosen files, the list, deleting; what is no task file is said", async () => {
  const { page, problems } = await openPage(site.context);
  await paused(page, "grade");
  await page.keyboard.press("i");
  await dialog(page).waitFor();
  expect(await textOf(page)).toContain("No task file yet.");
  await dialog(page)
    .getByLabel("Choose or drop a file")
    .setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("hello\nworld") });
  await button(page, "Cancel").waitFor();
  expect(await button(page, /^Keep/).count()).toBe(0);
  expect(await textOf(page)).toContain("2 records are faulty");
  await button(page, "Cancel").click();

  await dialog(page).getByLabel("Paste records").fill(records.slice(0, 2).join("\n"));
  await button(page, "Read").click();
  await button(page, "Train on these").waitFor();
  await button(page, "All files").click();
  expect(await dialog(page).getByRole("heading", { level: 4 }).allTextContents()).toEqual(["pasted tasks"]);
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });

  await paste(page, "just words");
  expect(await dialog(page).count()).toBe(0);
  const judged = { key: "j", prompt: "Explain.", rubric: [{ text: "Names <b>the moon</b>." }] };
  await paste(page, JSON.stringify(judged));
  await dialog(page).waitFor();
  await dialog(page).getByText("no judge is set").waitFor();
  expect(await button(page, "Train on these").isDisabled()).toBe(true);
  await dialog(page).locator("summary").click();
  expect(await dialog(page).locator("details li").textContent()).toContain("Names <b>the moon</b>.");
  expect(await dialog(page).locator("details b").count()).toBe(0);
  await button(page, "All files").click();
  await button(page, "Delete pasted tasks").first().click();
  await page
    .getByRole("dialog", { name: "Delete this task file?" })
    .getByRole("button", { name: "Delete" })
    .click();
  expect(problems).toEqual([]);
  await expect.poll(() => dialog(page).getByRole("heading", { level: 4 }).count()).toBe(1);
  expect(problems).toEqual([]);
});

test("a rubric written by keyboard: its preview follows each key; saved, exported, edited again", async () => {
  const { page, problems } = await openPage(site.context);
  await paused(page, "grade");
  await page.keyboard.press("i");
  await dialog(page).waitFor();
  await button(page, "For the instruction on screen").focus();
  await page.keyboard.press("Enter");
  const editor = page.getByRole("form", { name: "Rubric editor" });
  await editor.waitFor();
  expect(await editor.getByLabel("Instruction").inputValue()).toMatch(/^Write about/);
  const save = editor.getByRole("button", { name: "Save the task" });
  await expect.poll(() => save.isDisabled()).toBe(true);
  expect(await editor.textContent()).toContain("It is empty.");
  expect(await violations(page)).toEqual([]);

  // A first item, decided by code: found by words, chosen by arrow keys, its parameters typed.
  const item = (place: number) => editor.getByRole("group", { name: `Item ${place} of` });
  await item(1).getByLabel("Decided by").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await page.keyboard.type("words at least");
  const options = editor.getByRole("listbox").getByRole("option");
  await expect.poll(() => options.count()).toBeGreaterThan(0);
  await page.keyboard.press("Escape");
  expect(await dialog(page).count()).toBe(1);
  await page.keyboard.type(" length_constraints:number_words");
  await page.keyboard.press("Enter");
  const count = item(1).getByLabel("num words");
  await expect
    .poll(() => item(1).getByLabel("What it says").inputValue())
    .toBe("The response has at least 50 words.");
  await expect.poll(() => save.isEnabled()).toBe(true);

  const rewards = () => editor.getByRole("region", { name: "Verdicts" }).locator("tbody td.number");
  const all = async () => [...new Set(await rewards().allTextContents())];
  expect(await rewards().count()).toBeGreaterThan(3);
  await count.fill("1");
  await expect.poll(all).toEqual(["1.00"]);
  await count.fill("1000");
  await expect.poll(all).toEqual(["0.00"]);
  expect(await item(1).getByLabel("What it says").inputValue()).toBe("The response has at least 1000 words.");
  await count.fill("");
  await expect.poll(all).toEqual(["–"]);
  await expect.poll(() => item(1).textContent()).toContain("It is missing; expected number.");
  await expect.poll(() => save.isDisabled()).toBe(true);
  await count.fill("3");

  // A second and a third one by keys; the third moves up, and keeps the focus.
  await page.keyboard.press("Control+Enter");
  await expect.poll(() => item(2).count()).toBe(1);
  await page.keyboard.type("It names a place.");
  await page.keyboard.press("Control+Enter");
  await page.keyboard.type("It is rude.");
  await page.keyboard.press("Alt+ArrowUp");
  await expect.poll(() => item(2).getByLabel("What it says").inputValue()).toBe("It is rude.");
  await item(2).getByLabel("Polarity").selectOption("to avoid");
  await item(2).getByLabel("Weight").fill("0");
  await expect.poll(() => item(2).textContent()).toContain("Must be above 0");
  await item(2).getByLabel("Weight").fill("2.5");
  await item(3).getByRole("button", { name: "Remove item 3" }).click();
  expect(await editor.textContent()).toContain("One item is for a judge, and none is set.");

  // A text of one's own is graded as it is typed.
  await editor.getByLabel("a text of mine").check();
  await editor.getByLabel("A response to grade").fill("two words");
  const marks = () => editor.locator("tbody .mark").allTextContents();
  await expect.poll(async () => (await marks())[0].trim()).toMatch(/not met$/);
  await page.keyboard.type(" more");
  await editor.getByLabel("A response to grade").fill("two words more");
  await expect.poll(async () => (await marks())[0].trim()).toMatch(/^met$/);
  expect(await violations(page)).toEqual([]);
  await shot(page, "editor-1440");

  await editor.getByLabel("Key").fill("mine");
  await expect.poll(() => save.isEnabled()).toBe(true);
  await save.focus();
  await page.keyboard.press("Enter");
  await button(page, "Export .json").waitFor();
  const downloading = page.waitForEvent("download");
  await button(page, "Export .json").click();
  const exported = JSON.parse(readFileSync(await (await downloading).path(), "utf8")) as {
    $schema: string;
    tasks: (Omit<Task, "id"> & { key: string })[];
  };
  expect(exported.$schema).toBe("./task-file.schema.json");
  expect(exported.tasks).toMatchObject([
    {
      key: "mine",
      rubric: [
        {
          text: "The response has at least 3 words.",
          check: {
            by: "code",
            verifier: "length_constraints:number_words",
            kwargs: { num_words: 3, relation: "at least" },
          },
        },
        { text: "It is rude.", weight: 2.5, polarity: "avoid", check: { by: "judge" } },
      ],
    },
  ]);

  // What was exported can be read again; an edited task takes the place of the old one.
  await dialog(page).locator("summary").click();
  await button(page, "Edit task mine").click();
  await editor.getByRole("button", { name: "Remove item 2" }).click();
  await expect.poll(() => save.isEnabled()).toBe(true);
  await save.click();
  await expect.poll(() => textOf(page)).toContain("1 task: 1 item by code.");
  await button(page, "All files").click();
  await expect.poll(() => dialog(page).getByRole("heading", { level: 4 }).count()).toBe(1);
  await drop(page, "again.json", JSON.stringify(exported));
  await expect
    .poll(() => dialog(page).textContent())
    .toContain("Found: 1 record of our own. 1 task: 1 item by code, 1 by a judge.");
  expect(problems).toEqual([]);
});

test("items for a judge: asked on a button for the preview, and in a run on the file", async () => {
  const server = await startJudgeServer({
    cors: true,
    rule: (item, response) => (item.includes("short") ? response : null),
  });
  try {
    const query = `${small}&judge.url=${encodeURIComponent(server.url)}&judge.model=test`;
    const { page, problems } = await openPage(site.context, query);
    await paused(page, "grade");
    const judged = {
      key: "j",
      prompt: "Tell of a fox at the lake.",
      rubric: [{ text: "It is short." }, { text: "It is long.", weight: 3 }],
    };
    await paste(page, JSON.stringify([judged]));
    await dialog(page).locator("summary").click();
    await button(page, "Edit task j").click();
    const editor = page.getByRole("form", { name: "Rubric editor" });
    await editor.getByLabel("a text of mine").check();
    await editor.getByLabel("A response to grade").fill("A fox.");
    expect(server.seen.length).toBe(0);
    await editor.getByRole("button", { name: "Ask the judge" }).click();
    const verdicts = editor.getByRole("region", { name: "Verdicts" });
    await expect.poll(() => verdicts.locator("td.number").textContent()).toBe("0.25");
    expect(server.seen.length).toBe(1);
    // Another response is another question; the one before was answered already.
    await editor.getByLabel("A response to grade").fill("A bear.");
    await expect.poll(() => verdicts.locator("td.number").textContent()).toBe("–");
    await editor.getByLabel("A response to grade").fill("A fox.");
    await expect.poll(() => verdicts.locator("td.number").textContent()).toBe("0.25");
    await editor.getByRole("button", { name: "Cancel" }).click();
    await dialog(page).getByLabel("Held out for evaluation").selectOption("0 %");
    await button(page, "Train on these").click();
    await onFile(page);
    expect(await page.locator("section.panel td.number").first().textContent()).toContain("0.25");
    expect(problems.filter((problem) => !problem.includes(server.url))).toEqual([]);
  } finally {
    await server.close();
  }
});

test("a link to a run on tasks that are not here says so, and where to give them", async () => {
  const { page } = await openPage(site.context, `${small}&world.source=file&world.tasks=${"0".repeat(64)}`);
  const failure = page.getByRole("alert", {
    name: "The run trains on a task file, and the file is not there.",
  });
  await failure.waitFor();
  await failure.getByRole("button", { name: "Tasks…" }).click();
  await dialog(page).waitFor();
  await drop(page, "animals.jsonl", records.join("\n"));
  await button(page, "Train on these").click();
  await onFile(page);
  expect(await failure.count()).toBe(0);
});

test("narrow and dark: every screen is as wide as the page, and axe finds nothing", async () => {
  const context = await site.browser.newContext({
    viewport: { width: 390, height: 844 },
    colorScheme: "dark",
    reducedMotion: "reduce",
  });
  const { page, problems } = await openPage(context, small);
  await paused(page, "grade");
  const check = async (name: string) => {
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(
      await dialog(page)
        .locator(".body")
        .evaluate((body) => body.scrollWidth - body.clientWidth),
    ).toBeLessThanOrEqual(0);
    await shot(page, `${name}-390`);
  };
  await drop(page, "animals.jsonl", file);
  await button(page, /^Keep/).waitFor();
  await check("problems");
  await button(page, /^Keep/).click();
  await button(page, "Train on these").waitFor();
  await check("file");
  await dialog(page).locator("summary").first().click();
  await button(page, /^Edit task/)
    .first()
    .click();
  const editor = page.getByRole("form", { name: "Rubric editor" });
  await editor.getByRole("group", { name: "Item 2 of" }).waitFor();
  await editor.getByLabel("Verifier").first().click();
  await editor.getByRole("listbox").waitFor();
  await check("editor");
  await page.keyboard.press("Escape");
  await editor.getByRole("button", { name: "Cancel" }).click();
  await button(page, "All files").click();
  await button(page, "Open animals.jsonl").waitFor();
  await check("list");
  expect(problems).toEqual([]);
  await context.close();
});
