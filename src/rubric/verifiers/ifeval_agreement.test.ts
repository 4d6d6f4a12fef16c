import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { gradeByCode } from "../code_grader";
import { gradeLoosely, looseVariants } from "../loose";
import { loadRegistry } from "./all";
import type { Kwargs } from "./verifier";

/** The verifiers against the official IFEval verdicts on two models' responses (../shared/data), strict and loose. */

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
  readonly loose: readonly boolean[];
}
interface Unstable {
  readonly model: string;
  readonly key: number;
  readonly index: number;
}

const read = (path: string): string => readFileSync(`${data}/${path}`, "utf8");
const lines = <T>(path: string): T[] =>
  read(path)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);

interface Tally {
  strict: number;
  loose: number;
  total: number;
  /** What differs: model, key, index, sense and the official verdict. */
  readonly wrong: string[];
}

/** Agreement by instruction id over the verdicts that do not change from run to run. */
async function agreement(): Promise<Map<string, Tally>> {
  const registry = await loadRegistry();
  const prompts = new Map(
    lines<{ key: number; kwargs: Kwargs[] }>("ifeval/input_data.jsonl").map(({ key, kwargs }) => [
      key,
      kwargs,
    ]),
  );
  const unstable = JSON.parse(read("verdicts/unstable.json")) as Unstable[];
  const noise = new Set(unstable.map(({ model, key, index }) => `${model} ${key} ${index}`));
  const byId = new Map<string, Tally>();
  for (const [file, model] of Object.entries(models)) {
    for (const judged of lines<Judged>(`verdicts/ifeval-${file}.jsonl`)) {
      const variants = looseVariants(judged.response);
      judged.instruction_id_list.forEach((verifier, index) => {
        if (noise.has(`${model} ${judged.key} ${index}`)) return;
        const kwargs = prompts.get(judged.key)![index];
        const item = {
          text: "",
          weight: 1,
          polarity: "want",
          check: { by: "code", verifier, kwargs },
        } as const;
        const verdicts = {
          strict: gradeByCode(registry, item, judged.response),
          loose: gradeLoosely(registry, item, variants),
        };
        // Two prompts ask for a letter that is none: their official verdicts are random.
        if (verdicts.strict.status === "unknown" && verifier === "keywords:letter_frequency") return;
        const tally = byId.get(verifier) ?? { strict: 0, loose: 0, total: 0, wrong: [] };
        tally.total++;
        for (const sense of ["strict", "loose"] as const) {
          if (verdicts[sense].status === (judged[sense][index] ? "satisfied" : "unmet")) tally[sense]++;
          else tally.wrong.push(`${file} ${judged.key} ${index} ${sense}, official ${judged[sense][index]}`);
        }
        byId.set(verifier, tally);
      });
    }
  }
  return byId;
}

test.skipIf(!existsSync(data))(
  "verdicts equal the official ones: all of them on ids that need no resource, 97 % on the others",
  async () => {
    const byId = await agreement();
    const percent = (agree: number, total: number): string => ((100 * agree) / total).toFixed(1);
    console.table(
      [...byId].sort().map(([id, { strict, loose, total }]) => ({
        id,
        total,
        "strict %": percent(strict, total),
        "loose %": percent(loose, total),
      })),
    );
    const schema = JSON.parse(read("constraint_schema.json")) as {
      ifeval: Record<string, { needs: string[] }>;
    };
    expect([...byId.keys()].sort()).toEqual(Object.keys(schema.ifeval).sort());
    for (const [id, { needs }] of Object.entries(schema.ifeval)) {
      const { strict, loose, total, wrong } = byId.get(id)!;
      if (needs.length === 0) expect(wrong, id).toEqual([]);
      expect(strict / total, `${id}\n${wrong.join("\n")}`).toBeGreaterThanOrEqual(0.97);
      expect(loose / total, `${id}\n${wrong.join("\n")}`).toBeGreaterThanOrEqual(0.97);
    }
  },
);
