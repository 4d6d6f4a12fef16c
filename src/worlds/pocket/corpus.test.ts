import { describe, expect, test } from "vitest";
import { RandomStream } from "../../kernels/random/random";
import { pocketConfig, type PocketConfig } from "./config";
import { corpusSample, type CorpusSample } from "./corpus";
import type { PocketConstraint } from "./exclusions";
import type { FamilyName } from "./families/family";
import { families, familyClasses } from "./families/registry";
import { followsConstraint } from "./render";
import { constraintVariants } from "./testing/renderings";

const draw = (config: PocketConfig, count: number, seed = 1): CorpusSample[] => {
  const stream = RandomStream.of(seed, "corpus test");
  return Array.from({ length: count }, () => corpusSample(stream, config));
};

const samples = draw(pocketConfig, 12_000);
const answers = samples.filter(({ kind }) => kind === "answer");
const revisions = samples.filter(({ kind }) => kind === "revision");
const draftOf = ({ messages }: CorpusSample): string => messages[1].content;

test("the same seed gives the same corpus", () => {
  expect(draw(pocketConfig, 200)).toEqual(samples.slice(0, 200));
  expect(draw(pocketConfig, 200, 2)).not.toEqual(samples.slice(0, 200));
});

test("verifiers agree with every flag of every response", () => {
  for (const { task, response, followed } of samples) {
    expect(task.constraints.map((constraint) => followsConstraint(response, constraint))).toEqual(followed);
  }
});

describe("plain answers", () => {
  /** Followed and asked by family, over plain answers. */
  const tally = (family: FamilyName): [followed: number, asked: number] => {
    const flags = answers.flatMap(({ task, followed }) =>
      task.constraints.flatMap((constraint, index) =>
        constraint.family === family ? [followed[index]] : [],
      ),
    );
    return [flags.filter(Boolean).length, flags.length];
  };

  test("are half of the corpus, and follow each family at its rate", () => {
    expect(answers.length / samples.length).toBeCloseTo(0.5, 1);
    for (const [family, rate] of Object.entries(pocketConfig.rates) as [FamilyName, number][]) {
      const [followed, asked] = tally(family);
      const deviation = Math.sqrt((rate * (1 - rate)) / asked);
      expect(Math.abs(followed / asked - rate), `${family} ${followed} of ${asked}`).toBeLessThanOrEqual(
        4 * deviation,
      );
    }
  });

  test("follow what they are not asked for only where ordinary text does, and unseen families never", () => {
    const variants = constraintVariants(RandomStream.of(3, "corpus test"));
    const label = ({ family, kwargs }: PocketConstraint): string =>
      [family, ...Object.values(kwargs)].join(" ");
    const rates = variants.map((constraint) => {
      const others = answers.filter(({ task }) =>
        task.constraints.every(({ family }) => family !== constraint.family),
      );
      const hits = others.filter(({ response }) => followsConstraint(response, constraint)).length;
      return {
        constraint: label(constraint),
        family: constraint.family,
        "natural rate": hits / others.length,
      };
    });
    console.table(rates.map((row) => ({ ...row, "natural rate": row["natural rate"].toFixed(3) })));
    for (const { family, "natural rate": rate } of rates) {
      if ((familyClasses.unseen as readonly FamilyName[]).includes(family)) expect(rate, family).toBe(0);
      if ((familyClasses.rare as readonly FamilyName[]).includes(family)) expect(rate, family).toBe(0);
    }
  });
});

describe("revisions", () => {
  test("name exactly what the draft misses, by its verifiers, and there is always something", () => {
    for (const sample of revisions) {
      const missing = sample.task.constraints.flatMap((constraint, index) =>
        followsConstraint(draftOf(sample), constraint) ? [] : [sample.task.rubric[index].text],
      );
      expect(missing.length).toBeGreaterThan(0);
      const lines = missing.map((text, index) => `${index + 1}. ${text}`);
      expect(sample.messages[2].content).toBe(["Missing:", ...lines, "Revise."].join("\n"));
    }
  });

  test("fix half of what is missing and keep nearly all that is satisfied", () => {
    const pairs = revisions.flatMap((sample) =>
      sample.task.constraints.map((constraint, index) => ({
        met: followsConstraint(draftOf(sample), constraint),
        followed: sample.followed[index],
      })),
    );
    const share = (met: boolean): number => {
      const of = pairs.filter((pair) => pair.met === met);
      return of.filter(({ followed }) => followed).length / of.length;
    };
    expect(share(false)).toBeCloseTo(pocketConfig.fix, 1);
    expect(Math.abs(share(true) - pocketConfig.keep)).toBeLessThan(0.01);
  });

  test("are the draft itself where nothing changes", () => {
    const same = revisions.filter((sample) =>
      sample.task.constraints.every(
        (constraint, index) => followsConstraint(draftOf(sample), constraint) === sample.followed[index],
      ),
    );
    expect(same.length).toBeGreaterThan(500);
    for (const sample of same) expect(sample.response).toBe(draftOf(sample));
  });

  test("also start from drafts that follow what plain answers never do", () => {
    const better = revisions.filter((sample) =>
      sample.task.constraints.some(
        (constraint) =>
          (familyClasses.unseen as readonly FamilyName[]).includes(constraint.family) &&
          followsConstraint(draftOf(sample), constraint),
      ),
    );
    expect(better.length).toBeGreaterThan(300);
  });
});

test("the world's parameters are obeyed", () => {
  const always = Object.fromEntries([...families.keys()].map((name) => [name, 1])) as PocketConfig["rates"];
  const config = {
    ...pocketConfig,
    rates: always,
    revisionShare: 0.3,
    wording: "numbers",
    fix: 1,
    keep: 1,
  } as const;
  const drawn = draw({ ...config, minConstraints: 1, maxConstraints: 1 }, 1500);
  expect(drawn.every(({ followed }) => followed.every(Boolean))).toBe(true);
  expect(drawn.every(({ task }) => task.constraints.length === 1)).toBe(true);
  const revised = drawn.filter(({ kind }) => kind === "revision");
  expect(revised.length / drawn.length).toBeCloseTo(0.3, 1);
  for (const { messages } of revised) expect(messages[2].content).toBe("Missing: 1\nRevise.");
});
