// Takes the picture of the README: builds the page, trains it for some updates, and writes docs/train-view.png.
// `node tools/screenshot.mjs [OUT.png] [UPDATES] [light|dark] [WIDTH] [train|lab|explore|theory]`; of all but
// train the whole page.
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { builtPage } from "./built_page.mjs";

const [out = "docs/train-view.png", updates = "14", colorScheme = "light", width = "1440", view = "train"] =
  process.argv.slice(2);

const { page, until, close } = await builtPage("?backend=cpu", {
  viewport: { width: Number(width), height: Number(width) < 720 ? 844 : 900 },
  deviceScaleFactor: 2,
  colorScheme,
});
await until(/^Paused.*grade/);
await page.keyboard.press("]");
await page.keyboard.press("]");
for (let update = 1; update <= Number(updates); update++) {
  await page.keyboard.press(".");
  await until(new RegExp(`^Paused after update ${update}, phase update`));
}
// A group with a revision tells most.
const revised = page.locator(".dots button.revised");
if ((await revised.count()) > 0) await revised.first().click();
if (view !== "train") await page.getByRole("link", { name: view }).click();
if (view === "lab") {
  await page.getByLabel("α, bonus").fill("0.5");
  await page.getByText("cosine of the gradients").waitFor();
}
if (view === "explore") {
  await page.getByRole("button", { name: "Search", exact: true }).click();
  const last = page.getByRole("group", { name: "Attempts, Guided" }).getByRole("button").last();
  await last.click();
  await page.getByRole("button", { name: "Search on 64 instructions" }).click();
  await page.getByRole("row", { name: /^Guided/ }).waitFor();
}
await page.mouse.move(2, 2);
await page.waitForTimeout(800);
await mkdir(dirname(out), { recursive: true });
await page.screenshot({ path: out, fullPage: view !== "train" });
await close();
console.log(out);
