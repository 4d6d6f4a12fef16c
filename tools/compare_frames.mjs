// How smooth the view Compare is with 60 runs of 500 updates: frames a second, and the longest time between two, while
// the cursor goes over the curves and while they are smoothed, as 60 series and as 6 of 10 seeds.
// `node tools/compare_frames.mjs`
import { readFileSync } from "node:fs";
import { strToU8, zipSync } from "fflate";
import { builtPage } from "./built_page.mjs";

const [runs, updates] = [60, 500];
const proof = (name) =>
  readFileSync(new URL(`../experiments/learning-proof/${name}`, import.meta.url), "utf8");
const manifest = JSON.parse(proof("manifest.json"));
const [row] = proof("metrics.jsonl").trim().split("\n").map(JSON.parse);
const [evaluation] = proof("eval.jsonl").trim().split("\n").map(JSON.parse);

let state = 1;
const noise = () => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;

/** A made-up run, for its size alone. */
function zipOf(series, seed) {
  const config = {
    ...manifest.config,
    seed,
    hindsight: { ...manifest.config.hindsight, gamma: 1 + series / 10 },
  };
  const metrics = Array.from({ length: updates }, (_, i) => ({
    ...row,
    ...{ step: i + 1, responses: 64 * (i + 1), num_tokens: 1700 * (i + 1), step_time: 0.6 },
    ...{ reward: 0.01 * series + 0.1 * noise() + i / 1000, entropy: 0.6 + 0.1 * noise() },
    "completions/mean_length": 30 + 4 * noise(),
  }));
  const evaluations = Array.from({ length: updates / 10 + 1 }, (_, i) => ({
    ...{ ...evaluation, step: 10 * i, reward: 0.01 * series + i / 100 + 0.03 * noise() },
  }));
  const lines = (rows) => strToU8(rows.map((one) => JSON.stringify(one)).join("\n"));
  const files = {
    "manifest.json": strToU8(JSON.stringify({ ...manifest, seed, config })),
    "metrics.jsonl": lines(metrics),
    "eval.jsonl": lines(evaluations),
  };
  return { name: `${series}-${seed}.zip`, mimeType: "application/zip", buffer: Buffer.from(zipSync(files)) };
}

/** Frames over `seconds`, while `move` is called with how far they have gone, from 0 to 1. */
async function frames(page, what, seconds, move) {
  const counting = page.evaluate(
    (milliseconds) =>
      new Promise((resolve) => {
        const times = [];
        const frame = (time) => {
          times.push(time);
          if (time - times[0] < milliseconds) requestAnimationFrame(frame);
          else resolve(times.slice(1).map((t, i) => t - times[i]));
        };
        requestAnimationFrame(frame);
      }),
    seconds * 1000,
  );
  const started = Date.now();
  for (let share = 0; share < 1; share = (Date.now() - started) / (seconds * 1000)) await move(share);
  const gaps = (await counting).sort((a, b) => a - b);
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  const at = (share) => gaps[Math.floor(share * (gaps.length - 1))].toFixed(1);
  console.log(
    `${what}: ${((1000 * gaps.length) / total).toFixed(1)} frames a second; between two, ms: ` +
      `median ${at(0.5)}, 99 of 100 ${at(0.99)}, longest ${at(1)}`,
  );
}

for (const seeds of [1, 10]) {
  const { page, close } = await builtPage("?backend=cpu&view=compare", {
    viewport: { width: 1440, height: 900 },
  });
  await page.getByText("Bring a run along", { exact: true }).click();
  const files = Array.from({ length: runs }, (_, i) => zipOf(Math.floor(i / seeds), i % seeds));
  await page.getByLabel("A .zip").setInputFiles(files);
  await page.locator(".picture").first().waitFor({ timeout: 120_000 });
  await page.waitForTimeout(8000);
  const name = `${runs / seeds} series of ${seeds}`;
  if (seeds > 1) await page.getByLabel("Single runs").check();
  const box = await page.locator(".picture").first().boundingBox();
  await frames(page, `${name}, at rest`, 5, () => page.waitForTimeout(100));
  await frames(page, `${name}, cursor`, 5, (share) => page.mouse.move(box.x + share * box.width, box.y + 60));
  await page.mouse.move(2, 2);
  await frames(page, `${name}, smoothing`, 5, (share) =>
    page.getByLabel(/^smoothing/).fill(String(Math.round(share * 49) / 50)),
  );
  await close();
}
