import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorOf } from "../gguf/testing";
import { ggufValue } from "../gguf/value";
import { byteSymbols } from "./byte_symbols";
import { fixture, idOf, recordedIds, tokenizerMetadata } from "./testing";
import { Tokenizer } from "./tokenizer";

const tokenizer = new Tokenizer(tokenizerMetadata());
const plain = { specials: false };
const special = { specials: true };
const keep = { skipSpecials: false };
const utf8 = new TextEncoder();

/** Text of all kinds, with pieces of control tokens among it. */
const texts = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(
        "<|end|>",
        "<|",
        "|>",
        "end",
        "<|user",
        "<|end|>>",
        "<think>",
        "   ",
        "\n",
        "the fox",
        " it's",
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

describe.each(Object.keys(fixture.ids))("pre-tokenizer %s", (pre) => {
  const own = new Tokenizer(tokenizerMetadata(pre));

  test.each(fixture.texts.map((text, i) => [text, i] as const))("%j as the reference has it", (text, i) => {
    const expected = recordedIds(pre, i);
    expect(own.encode(text, special)).toEqual(expected.specials);
    expect(own.encode(text, plain)).toEqual(expected.plain);
  });

  test("nothing is lost: decoding gives the text back, with and without specials", () => {
    fc.assert(
      fc.property(texts, fc.boolean(), (text, specials) => {
        const expected = pre === "qwen2" ? normalizedAround(text, specials) : text;
        expect(own.decode(own.encode(text, { specials }), keep)).toBe(expected.toWellFormed());
      }),
      { seed: 31, numRuns: 200 },
    );
  });
});

/** Qwen's normal form: between special tokens, text is composed; the tokens' own text is ASCII and stays. */
function normalizedAround(text: string, specials: boolean): string {
  const found = specials ? /(<\|(?:user|model|end)\|>>?|<think>| {3})/g : /(<think>| {3})/g;
  return text
    .split(found)
    .map((part) => part.toWellFormed().normalize("NFC"))
    .join("");
}

test("the fixture tells the pre-tokenizers apart", () => {
  const seen = Object.keys(fixture.ids).map((pre) =>
    fixture.texts.map((_, i) => recordedIds(pre, i).specials).join("|"),
  );
  expect(new Set(seen).size).toBe(5);
});

describe("control tokens", () => {
  test("are found where asked for, the longest first", () => {
    const [user, end, longer] = ["<|user|>", "<|end|>", "<|end|>>"].map(idOf);
    expect(tokenizer.encode("<|user|><|end|>><|end|>", special)).toEqual([user, longer, end]);
  });

  test("are text everywhere else", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const ids = tokenizer.encode(text, plain);
        expect(ids.filter((id) => tokenizer.isControl(id))).toEqual([]);
        expect(tokenizer.decode(ids, keep)).toBe(text.toWellFormed());
      }),
      { seed: 32, numRuns: 300 },
    );
  });

  test("are found where a condition says so", () => {
    const ids = tokenizer.encode("<|end|>a<|end|>", { specials: ({ start }) => start > 0 });
    expect(ids.at(-1)).toBe(idOf("<|end|>"));
    expect(ids.filter((id) => tokenizer.isControl(id))).toHaveLength(1);
    expect(tokenizer.decode(ids, keep)).toBe("<|end|>a<|end|>");
  });

  test("a condition that refuses the longest match leaves the shorter one, as the matches of another token", () => {
    const longer = idOf("<|end|>>");
    const ids = tokenizer.encode("<|end|>>", { specials: ({ id }) => id !== longer });
    expect(ids).toEqual([idOf("<|end|>"), idOf(">")]);
  });

  test("tokens that are verbatim, not control, are found in any text", () => {
    expect(tokenizer.encode("<think>", plain)).toEqual([idOf("<think>")]);
    expect(tokenizer.isControl(idOf("<think>"))).toBe(false);
  });

  test("begin at all the places that controlStarts lists, overlapping ones included", () => {
    expect(tokenizer.controlStarts("<|end<|end|>><|user|><|")).toEqual([5, 13]);
  });
});

describe("decoding", () => {
  test("bytes that are no UTF-8 become U+FFFD, and characters split over tokens are whole again", () => {
    const bytes = [...utf8.encode("狐")].map((byte) => idOf(byteSymbols[byte]));
    expect(tokenizer.decode(bytes, keep)).toBe("狐");
    expect(tokenizer.decode(bytes.slice(0, 2), keep)).toBe("\ufffd");
    expect(tokenizer.decode([bytes[0], idOf("<|end|>"), bytes[1]], keep)).toBe("\ufffd<|end|>\ufffd");
    expect(tokenizer.decode([idOf(byteSymbols[0xff])], keep)).toBe("\ufffd");
  });

  test("never fails on ids in range, and its bytes are those of the tokens", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(tokenizer.vocabSize - 1)), (ids) => {
        const bytes = ids.flatMap((id) => [...tokenizer.tokenBytes(id)]);
        const expected = new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));
        expect(tokenizer.decode(ids, keep)).toBe(expected);
      }),
      { seed: 33 },
    );
  });

  test("control tokens are left out on request, verbatim ones are text", () => {
    const ids = tokenizer.encode("<|user|>a<think>b<|end|>", special);
    expect(tokenizer.decode(ids, { skipSpecials: true })).toBe("a<think>b");
    expect(tokenizer.decode([], keep)).toBe("");
  });

  test("a byte order mark is text like any other", () => {
    expect(tokenizer.decode(tokenizer.encode("\ufeffa", plain), keep)).toBe("\ufeffa");
  });

  test.each([-1, fixture.tokens.length, 1.5, NaN])("%d is no token", (id) => {
    const calls = [
      () => tokenizer.decode([0, id], keep),
      () => tokenizer.decode([id], { skipSpecials: true }),
      () => tokenizer.tokenText(id),
      () => tokenizer.tokenBytes(id),
    ];
    for (const call of calls)
      expect(errorOf(call)).toMatchObject({ code: "TOKEN_ID", line: expect.stringContaining(String(id)) });
  });
});

describe("odd texts", () => {
  test("lone surrogates count as U+FFFD", () => {
    for (const text of ["\ud800", "a\udc00b", "\udc00\ud800", "<|end|>\ud83e"]) {
      expect(tokenizer.encode(text, special)).toEqual(tokenizer.encode(text.toWellFormed(), special));
    }
  });

  test.each([
    ["control tokens", "<|end|>".repeat(150_000)],
    ["pieces of them", "<|".repeat(500_000)],
    ["one letter", "a".repeat(200_000)],
    ["white space", " ".repeat(199_999) + "a"],
    ["line breaks", "\r\n".repeat(100_000)],
  ])("long runs of %s take no more than linear time", (_, text) => {
    const ids = tokenizer.encode(text, special);
    expect(tokenizer.decode(ids, keep)).toBe(text);
  });

  test("bytes that the vocabulary lacks are left out, as the reference does", () => {
    const metadata = tokenizerMetadata();
    const reserved = fixture.tokens.map((token) => (token === byteSymbols[4] ? "[reserved]" : token));
    metadata.set("tokenizer.ggml.tokens", ggufValue.strings(reserved));
    const partial = new Tokenizer(metadata);
    expect(partial.decode(partial.encode("a\u0004b", plain), keep)).toBe("ab");
  });
});

describe("one token for people to read", () => {
  test.each([
    ["Ġthe", "␣the"],
    ["Ċ", "\\n"],
    [byteSymbols[0], "\\u0000"],
    [byteSymbols[0xe4], "\\xE4"],
    ["\\", "\\\\"],
    ["ĠÐ", "␣\\xD0"],
    ["Ðµ", "е"],
    ["   ", "␣␣␣"],
    ["<|end|>", "<|end|>"],
  ])("%s is shown as %s", (token, shown) => {
    expect(tokenizer.tokenText(idOf(token))).toBe(shown);
  });

  test("different tokens look different, and none breaks a line", () => {
    const shown = fixture.tokens.map((_, id) => tokenizer.tokenText(id));
    expect(new Set(shown).size).toBe(shown.length);
    expect(shown.join("")).not.toMatch(/[\p{C}\p{Z}]/u);
  });
});

test("what a session needs to know is there", () => {
  const metadata = tokenizerMetadata();
  metadata.set("tokenizer.ggml.bos_token_id", ggufValue.uint32(idOf("<|user|>")));
  metadata.set("tokenizer.ggml.eot_token_id", ggufValue.uint32(idOf("<|model|>")));
  metadata.set("tokenizer.ggml.add_bos_token", ggufValue.bool(true));
  const { vocabSize, endIds, bosId, addBos } = new Tokenizer(metadata);
  expect({ vocabSize, bosId, addBos }).toEqual({
    vocabSize: fixture.tokens.length,
    bosId: idOf("<|user|>"),
    addBos: true,
  });
  expect([...endIds]).toEqual([idOf("<|end|>"), idOf("<|model|>")]);
  expect(tokenizer).toMatchObject({ bosId: null, addBos: false });
});
