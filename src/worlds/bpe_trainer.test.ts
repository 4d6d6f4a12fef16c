import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../kernels/random/random";
import { byteSymbols } from "../policy/tokenizer/byte_symbols";
import { Tokenizer } from "../policy/tokenizer/tokenizer";
import { ggufValue } from "../policy/gguf/value";
import { trainBpe } from "./bpe_trainer";
import { pocketConfig } from "./pocket/config";
import { corpusSample } from "./pocket/corpus";
import { families } from "./pocket/families/registry";
import { allWords } from "./pocket/lexicon";

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

  test("makes every token once, whatever the texts", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "a", "b", " "), maxLength: 40 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), (texts) => {
        const { tokens, merges } = trainBpe(texts, 320, ["<|end|>"]);
        return new Set(tokens).size === tokens.length && tokens.length === 256 + merges.length + 1;
      }),
      { numRuns: 300, seed: 3 },
    );
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

describe("the vocabulary of the pocket corpus", () => {
  const stream = RandomStream.of(1, "bpe test");
  const samples = Array.from({ length: 3000 }, () => corpusSample(stream, pocketConfig));
  const texts = samples.flatMap(({ messages, response }) => [
    ...messages.map(({ content }) => content),
    response,
  ]);
  const special = ["<|user|>", "<|model|>", "<|end|>"];
  const { tokens, merges } = trainBpe(texts, 512, special);
  const tokenizer = new Tokenizer(
    new Map([
      ["tokenizer.ggml.model", ggufValue.string("gpt2")],
      ["tokenizer.ggml.pre", ggufValue.string("gpt-2")],
      ["tokenizer.ggml.tokens", ggufValue.strings(tokens)],
      [
        "tokenizer.ggml.token_type",
        ggufValue.int32s(tokens.map((token) => (special.includes(token) ? 3 : 1))),
      ],
      ["tokenizer.ggml.merges", ggufValue.strings(merges)],
      ["tokenizer.ggml.eos_token_id", ggufValue.uint32(tokens.indexOf("<|end|>"))],
    ]),
  );
  const length = (text: string): number => tokenizer.encode(text, { specials: false }).length;
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;

  test("has every byte, then what the merges make, then the special tokens", () => {
    expect(tokens).toHaveLength(512);
    expect(tokens.slice(0, 256)).toEqual(byteSymbols);
    expect(merges.map((merge) => merge.replace(" ", ""))).toEqual(tokens.slice(256, -3));
    expect(tokens.slice(-3)).toEqual(special);
  });

  test("does not hang on the order of the texts", () => {
    expect(trainBpe(texts.toReversed(), 512, special)).toEqual({ tokens, merges });
  });

  test("is read by the tokenizer of the model files, which gives every text back", () => {
    for (const text of [...texts.slice(0, 500), "\ud83e\udd8a\0 \t~"]) {
      expect(tokenizer.decode(tokenizer.encode(text, { specials: false }), { skipSpecials: false })).toBe(
        text,
      );
    }
  });

  test("keeps the world short: constraints of about ten tokens, answers of about thirty", () => {
    for (const { name, choices, tell } of families.values()) {
      expect(mean(choices(allWords).map((kwargs) => length(tell(kwargs)))), name).toBeLessThanOrEqual(12);
    }
    const responses = samples.map(({ response }) => length(response));
    const prompts = samples.map(
      ({ messages }) => mean(messages.map(({ content }) => length(content))) * messages.length,
    );
    console.log(`responses: mean ${mean(responses).toFixed(1)}, longest ${Math.max(...responses)}`);
    console.log(
      `conversations before them: mean ${mean(prompts).toFixed(1)}, longest ${Math.max(...prompts)}`,
    );
    expect(mean(responses)).toBeLessThan(40);
    expect(Math.max(...responses)).toBeLessThan(160);
  });
});
