/** The recorded vocabulary of `tools/record_tokenizer_fixture.py` as GGUF metadata, for tests. */
import { readFileSync } from "node:fs";
import { ggufValue } from "../gguf/value";
import type { GgufValue } from "../gguf/value";

type IdLists = readonly (readonly number[] | null)[];

interface Fixture {
  readonly tokens: readonly string[];
  readonly merges: readonly string[];
  readonly control: readonly string[];
  readonly verbatim: readonly string[];
  readonly texts: readonly string[];
  /** By pre-tokenizer. `null` stands for the ids with specials, or for GPT-2's, which are the same. */
  readonly ids: Readonly<Record<string, { readonly specials: IdLists; readonly plain: IdLists }>>;
}

const path = new URL("./fixtures/bpe.json", import.meta.url);
export const fixture = JSON.parse(readFileSync(path, "utf8")) as Fixture;

/** What the reference makes of text number `index`. */
export function recordedIds(pre: string, index: number) {
  const specials = fixture.ids[pre].specials[index] ?? fixture.ids["gpt-2"].specials[index];
  return { specials, plain: fixture.ids[pre].plain[index] ?? specials };
}

export const idOf = (token: string): number => fixture.tokens.indexOf(token);

/** The `tokenizer.ggml.*` keys of the recorded vocabulary; `<|end|>` ends a response, no token begins a text. */
export function tokenizerMetadata(pre = "gpt-2"): Map<string, GgufValue> {
  const { tokens, merges, control, verbatim } = fixture;
  const typeOf = (token: string) => (control.includes(token) ? 3 : verbatim.includes(token) ? 4 : 1);
  return new Map([
    ["tokenizer.ggml.model", ggufValue.string("gpt2")],
    ["tokenizer.ggml.pre", ggufValue.string(pre)],
    ["tokenizer.ggml.tokens", ggufValue.strings(tokens)],
    ["tokenizer.ggml.token_type", ggufValue.int32s(tokens.map(typeOf))],
    ["tokenizer.ggml.merges", ggufValue.strings(merges)],
    ["tokenizer.ggml.eos_token_id", ggufValue.uint32(idOf("<|end|>"))],
    ["tokenizer.ggml.add_bos_token", ggufValue.bool(false)],
  ]);
}
