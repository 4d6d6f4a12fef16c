// How smooth the page is while it trains: frames a second, and the longest time between two, in each view, over ten
// seconds on the cpu backend. `node tools/frames.mjs`
import { builtPage } from "./built_page.mjs";

const { page, until, close } = await builtPage("?backend=cpu", { viewport: { width: 1440, height: 900 } });
await until(/^Paused.*grade/);
await page.keyboard.press(".");
await until(/^Paused after update 1, phase update/);
await page.keyboard.press("]");
await page.keyboard.press("]");
await page.keyboard.press("Space");
for (const view of ["train", "lab", "theory"]) {
  await page.getByRole("link", { name: view }).click();
  await page.waitForTimeout(2000);
  const gaps = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const times = [];
        const frame = (time) => {
          times.push(time);
          if (time - times[0] < 10_000) requestAnimationFrame(frame);
          else resolve(times.slice(1).map((t, i) => t - times[i]));
        };
        requestAnimationFrame(frame);
      }),
  );
  gaps.sort((a, b) => a - b);
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  const at = (share) => gaps[Math.floor(share * (gaps.length - 1))].toFixed(1);
  console.log(
    `${view}: ${((1000 * gaps.length) / total).toFixed(1)} frames a second; between two, ms: ` +
      `median ${at(0.5)}, 99 of 100 ${at(0.99)}, longest ${at(1)}`,
  );
}
await close();
