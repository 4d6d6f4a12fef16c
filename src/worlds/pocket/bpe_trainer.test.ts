import { describe, expect, test } from "vitest";
import { RandomStream } from "../../kernels/random/random";
import { byteAlphabet, trainBpe } from "./bpe_trainer";
import { pocketConfig } from "./config";
import { corpusSample } from "./corpus";

test("the alphabet is GPT-2's: printable bytes as they are, the others from U+0100 on", () => {
  expect(new Set(byteAlphabet).size).toBe(256);
  expect([0x00, 0x0a, 0x20, 0x21, 0x41, 0x7f, 0xad, 0xff].map((byte) => byteAlphabet[byte])).toEqual([
    "Ā",
    "Ċ",
    "Ġ",
    "!",
    "A",
    "ġ",
    "Ń",
    "ÿ",
  ]);
});

describe("training", () => {
  test("merges the most frequent pair first, and of equals the one with smaller ids", () => {
    // Pieces: "ab" 3 times, " ab" twice, "cd" twice: a+b 5 times, then Ġ+ab and c+d twice each.
    const texts = ["ab ab", "ab ab", "ab", "cd", "cd"];
    const { tokens, merges } = trainBpe(texts, 256 + 3 + 1, ["<|end|>"]);
    expect(merges).toEqual(["a b", "Ġ ab", "c d"]);
    expect(tokens.slice(256)).toEqual(["ab", "Ġab", "cd", "<|end|>"]);
  });

  test("merges overlapping pairs from the left", () => {
    expect(trainBpe(["aaa"], 258, []).merges).toEqual(["a a", "aa a"]);
  });

  test("stops when nothing is left to merge", () => {
    expect(trainBpe(["ab"], 512, ["<|end|>"]).tokens).toHaveLength(258);
    expect(trainBpe([], 512, []).merges).toEqual([]);
  });

  test("never merges across pieces: words, runs of marks, numbers, contractions", () => {
    const { tokens } = trainBpe(["it's 12 ** it's\n\n12"], 400, []);
    expect(tokens.slice(256).sort()).toEqual(["'s", "12", "it", "Ġ*", "Ġ**", "Ġ12", "Ġit"]);
  });
});

test("the pocket corpus: every byte, merges that build every token, the same whatever the order", () => {
  const stream = RandomStream.of(1, "bpe test");
  const texts = Array.from({ length: 3000 }, () => corpusSample(stream, pocketConfig)).flatMap(
    ({ messages, response }) => [...messages.map(({ content }) => content), response],
  );
  const special = ["<|user|>", "<|model|>", "<|end|>"];
  const vocabulary = trainBpe(texts, 512, special);
  expect(vocabulary.tokens).toHaveLength(512);
  expect(new Set(vocabulary.tokens).size).toBe(512);
  expect(vocabulary.tokens.slice(0, 256)).toEqual(byteAlphabet);
  expect(vocabulary.tokens.slice(-3)).toEqual(special);
  expect(vocabulary.merges.map((merge) => merge.replace(" ", ""))).toEqual(vocabulary.tokens.slice(256, -3));
  for (const word of ["Write", "Ġtitle", "Ġthe", "Revise"]) expect(vocabulary.tokens).toContain(word);
  expect(trainBpe(texts.toReversed(), 512, special)).toEqual(vocabulary);
});
