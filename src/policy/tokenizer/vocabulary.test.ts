import { describe, expect, test } from "vitest";
import { errorOf } from "../gguf/testing";
import { ggufValue } from "../gguf/value";
import type { GgufValue } from "../gguf/value";
import { fixture, idOf, tokenizerMetadata } from "./testing";
import { readVocabulary } from "./vocabulary";

const { string, strings, int32s, uint32 } = ggufValue;
const prefix = "tokenizer.ggml.";

function readWith(changes: Record<string, GgufValue | null>) {
  const metadata = tokenizerMetadata();
  for (const [key, value] of Object.entries(changes)) {
    if (value) metadata.set(prefix + key, value);
    else metadata.delete(prefix + key);
  }
  return readVocabulary(metadata);
}

describe("tokenizers that cannot be read", () => {
  test.each<[string, Record<string, GgufValue | null>, RegExp]>([
    ["SentencePiece", { model: string("llama") }, /llama, a SentencePiece model/],
    ["another kind", { model: string("bert") }, /bert/],
    ["none", { model: null }, /no tokenizer/],
    ["an unknown pre-tokenizer", { pre: string("tekken") }, /tekken; known are gpt-2/],
    ["a pre-tokenizer named like a method", { pre: string("toString") }, /toString/],
    ["no tokens", { tokens: null }, /tokenizer\.ggml\.tokens/],
    ["no merges", { merges: null }, /tokenizer\.ggml\.merges/],
    ["types for fewer tokens", { token_type: int32s([1]) }, /1 tokenizer\.ggml\.token_type for/],
    ["an unknown type", { token_type: int32s(fixture.tokens.map(() => 7)) }, /type 7/],
    ["a negative type", { token_type: int32s(fixture.tokens.map(() => -1)) }, /type -1/],
    ["a token twice", { tokens: strings(fixture.tokens.with(3, "!")) }, /tokens 0 and 3 are both "!"/],
    ["a merge of one part", { merges: strings(["ab"]) }, /"ab"/],
    ["a merge into no token", { merges: strings(["! !"]) }, /"! !"/],
    ["a merge of no tokens", { merges: strings(["nothing such"]) }, /"nothing such"/],
    ["an end token out of range", { eos_token_id: uint32(100000) }, /eos_token_id is 100000/],
    ["a first token out of range", { bos_token_id: uint32(460) }, /bos_token_id is 460 of 460/],
  ])("%s", (_, changes, message) => {
    const error = errorOf(() => readWith(changes));
    expect(error.code).toBe("TOKENIZER_UNSUPPORTED");
    expect(error.line).toMatch(message);
  });

  test("a merge that makes a control token out of text", () => {
    const at = idOf("Ġt");
    const types = fixture.tokens.map((_, id) => (id === at ? 3 : 1));
    expect(errorOf(() => readWith({ token_type: int32s(types) })).line).toMatch(/"Ġ t"/);
  });

  test("one that never ends a response", () => {
    expect(errorOf(() => readWith({ eos_token_id: null })).code).toBe("TOKENIZER_NO_END");
  });
});

test("without token types, the tokens named as first and last are control tokens", () => {
  const { kinds } = readWith({ token_type: null, bos_token_id: uint32(idOf("<|user|>")) });
  const controls = [...kinds.keys()].filter((id) => kinds[id] === "control");
  expect(controls).toEqual(["<|user|>", "<|end|>"].map(idOf));
});

test("without a pre-tokenizer's name, llama.cpp's default is taken", () => {
  expect(readWith({ pre: null }).preTokenizer).toBe(readWith({ pre: string("default") }).preTokenizer);
});
