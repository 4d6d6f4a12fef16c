import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { countSentences } from "../../rubric/sentences";
import recorded from "./fixtures/pocket_sentences.json";
import { allWords, animals, endPhrases, feelings, objects, places, stuff } from "./lexicon";
import { sentenceTexts } from "./testing/renderings";

describe("the simple rule counts sentences as NLTK's Punkt does", () => {
  const texts = sentenceTexts();

  test("the record is of these texts; else record anew, see tools/record_punkt.py", () => {
    expect(createHash("sha256").update(texts.join("\n\0")).digest("hex")).toBe(recorded.sha256);
  });

  test("on thousands of texts in every rendering", () => {
    expect(recorded.counts).toHaveLength(texts.length);
    const wrong = texts.filter((text, index) => countSentences(text) !== Number(recorded.counts[index]));
    expect(wrong).toEqual([]);
    expect(new Set(recorded.counts).size).toBeGreaterThan(4);
  });

  test("every word that can stand before a full stop stood there, and Punkt has no rule for any", () => {
    const last = [
      ...[animals, places, objects, stuff].flatMap(allWords),
      ...feelings,
      ...allWords(endPhrases).map((phrase) => phrase.slice(0, -1).split(" ").at(-1)!),
    ];
    expect([...new Set([...last, "day", "p.s"])].sort()).toEqual(recorded.beforeFullStop);
  });
});
