// Prints a table over run folders: held-out reward (all met) at each evaluation, means over seeds by method, and what
// hindsight did. Usage: node tools/summarize-runs.mjs FOLDER … (each a run folder of `herl train`).
import { readFileSync } from "node:fs";
import { join } from "node:path";

const lines = (path) =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const mean = (values) => (values.length ? values.reduce((a, b) => a + b, 0) / values.length : NaN);
const known = (rows, key) => rows.map((row) => row[key]).filter((value) => value !== null);
const format = (value, digits = 2) =>
  Number.isFinite(value) ? value.toFixed(digits).replace(/^(-?)0\./, "$1.") : "–";

const runs = process.argv.slice(2).map((folder) => {
  const { config } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  return {
    method: config.variant,
    seed: config.seed,
    metrics: lines(join(folder, "metrics.jsonl")),
    evaluations: lines(join(folder, "eval.jsonl")),
  };
});
const methods = ["rlvr", "naivehe", "he", "herl"].filter((method) =>
  runs.some((run) => run.method === method),
);
const steps = [...new Set(runs.flatMap(({ evaluations }) => evaluations.map(({ step }) => step)))].sort(
  (a, b) => a - b,
);
const table = (head, rows) => {
  console.log(`\n| ${head.join(" | ")} |\n|${head.map(() => "---").join("|")}|`);
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
};

for (const split of ["heldout", "close", "ood"]) {
  console.log(`\n${split}: reward, mean over seeds (each seed)`);
  table(
    ["updates", ...methods],
    steps.map((step) => [
      step,
      ...methods.map((method) => {
        const rewards = runs
          .filter((run) => run.method === method)
          .map(
            ({ evaluations }) => evaluations.find((row) => row.step === step && row.split === split)?.reward,
          )
          .filter((reward) => reward !== undefined);
        return rewards.length
          ? `**${format(mean(rewards))}** (${rewards.map((r) => format(r)).join(", ")})`
          : "–";
      }),
    ]),
  );
}

console.log("\nover the run, means over seeds");
const over = (method, key, part = (rows) => rows) =>
  mean(runs.filter((run) => run.method === method).map(({ metrics }) => mean(known(part(metrics), key))));
/**
 * A ratio of sums over all updates: single updates that hardly move anything say little. Only where the hindsight is
 * in the trained context: NaiveHE trains the policy without it, and both changes are to be looked at.
 */
const transferOverRun = (method) =>
  method === "naivehe"
    ? NaN
    : over(method, "hindsight/change_without") / over(method, "hindsight/change_with");
const quantities = [
  [
    "all met, held-out, at the end",
    (m) =>
      mean(
        runs
          .filter((r) => r.method === m)
          .map(({ evaluations }) => evaluations.filter(({ split }) => split === "heldout").at(-1).all_met),
      ),
  ],
  ["entropy, last ten updates", (m) => over(m, "entropy", (rows) => rows.slice(-10))],
  ["gain of a revision", (m) => over(m, "hindsight/gain")],
  ["hindsight gap, nats a token", (m) => over(m, "hindsight/gap")],
  ["change of ln π(τ̃ given q, H) by an update, nats", (m) => over(m, "hindsight/change_with")],
  ["change of ln π(τ̃ given q) by an update, nats", (m) => over(m, "hindsight/change_without")],
  ["transfer: the latter over the former", transferOverRun],
  [
    "responses generated",
    (m) => mean(runs.filter((r) => r.method === m).map(({ metrics }) => metrics.at(-1).responses)),
  ],
  ["seconds an update", (m) => over(m, "step_time")],
];
table(
  ["", ...methods],
  quantities.map(([name, of]) => [name, ...methods.map((m) => format(of(m), 2))]),
);
