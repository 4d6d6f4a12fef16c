import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { englishRegistry } from "./registry";
import type { Kwargs } from "./verifier";

/**
 * The verifiers against the official IFEval verdicts on two models' responses (../shared/data). Strict sense.
 * Without a language guesser the English-case rules can only be compared where the text is English.
 */

const data = "../shared/data";
const models = {
  "qwen2.5-0.5b": "Qwen__Qwen2.5-0.5B-Instruct-GPTQ-Int4",
  "claude-3-haiku": "claude-3-haiku-20240307",
};

interface Judged {
  readonly key: number;
  readonly instruction_id_list: readonly string[];
  readonly response: string;
  readonly strict: readonly boolean[];
}
interface Unstable {
  readonly model: string;
  readonly key: number;
  readonly index: number;
}

const lines = <T>(path: string): T[] =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);

interface Tally {
  agree: number;
  total: number;
  readonly wrong: string[];
}

/** Agreement by instruction id over the verdicts that do not change from run to run. */
function agreement(): Map<string, Tally> {
  const prompts = new Map(
    lines<{ key: number; kwargs: Kwargs[] }>(`${data}/ifeval/input_data.jsonl`).map(({ key, kwargs }) => [
      key,
      kwargs,
    ]),
  );
  const unstable = JSON.parse(readFileSync(`${data}/verdicts/unstable.json`, "utf8")) as Unstable[];
  const noise = new Set(unstable.map(({ model, key, index }) => `${model} ${key} ${index}`));
  const byId = new Map<string, Tally>();
  for (const [file, model] of Object.entries(models)) {
    for (const { key, instruction_id_list, response, strict } of lines<Judged>(
      `${data}/verdicts/ifeval-${file}.jsonl`,
    )) {
      instruction_id_list.forEach((id, index) => {
        const verifier = englishRegistry.get(id);
        const kwargs = prompts.get(key)![index];
        if (verifier === undefined || noise.has(`${model} ${key} ${index}`)) return;
        if (verifier.validateKwargs(kwargs) !== null && id === "keywords:letter_frequency") return;
        const tally = byId.get(id) ?? { agree: 0, total: 0, wrong: [] };
        tally.total++;
        if (verifier.check(response, kwargs) === strict[index]) tally.agree++;
        else tally.wrong.push(`${file} ${key} ${index} official ${strict[index]}`);
        byId.set(id, tally);
      });
    }
  }
  return byId;
}

test.skipIf(!existsSync(data))("verdicts equal the official ones on every id that needs no resource", () => {
  const byId = agreement();
  console.table(
    [...byId]
      .sort()
      .map(([id, { agree, total }]) => ({ id, agree, total, share: ((100 * agree) / total).toFixed(1) })),
  );
  const schema = JSON.parse(readFileSync(`${data}/constraint_schema.json`, "utf8")) as {
    ifeval: Record<string, { needs: string[] }>;
  };
  const exact = Object.entries(schema.ifeval).filter(([, { needs }]) => needs.length === 0);
  expect(exact).toHaveLength(20);
  for (const [id] of exact) expect(byId.get(id), id).toMatchObject({ wrong: [] });
  const sentences = byId.get("length_constraints:number_sentences")!;
  expect(sentences.agree / sentences.total, sentences.wrong.join("\n")).toBeGreaterThanOrEqual(0.97);
});
