import { HerlError } from "../../errors";
import { getBool, getIntegers, getSize, getString, getStrings } from "../gguf/metadata";
import type { GgufMetadata } from "../gguf/value";
import { preTokenizers } from "./pre_tokenizers";
import type { PreTokenizer } from "./pre_tokenizers";

/**
 * `plain` tokens are what text is made of. `control` tokens steer the model (turns, ends) and are never found in
 * text unless asked for. `verbatim` tokens, which a model's makers added, are found in any text before it is cut
 * into words. `unused` ones fill the table.
 */
export type TokenKind = "plain" | "control" | "verbatim" | "unused";

/** A byte-level BPE vocabulary as a GGUF file holds it, checked. */
export interface Vocabulary {
  /** By id. Plain tokens are written in byte symbols, the others as they are. */
  readonly tokens: readonly string[];
  readonly kinds: readonly TokenKind[];
  /** The most urgent first. Both parts and their union are plain tokens. */
  readonly merges: readonly (readonly [left: string, right: string])[];
  readonly preTokenizer: PreTokenizer;
  readonly bosId: number | null;
  readonly endIds: ReadonlySet<number>;
  /** Whether the model wants its first token put before plain text. */
  readonly addBos: boolean;
}

/** `tokenizer.ggml.token_type`, by number (llama.cpp's `llama_token_type`). 6, a byte, is SentencePiece's only. */
const kindsByType: readonly TokenKind[] = [
  "plain",
  "plain",
  "control",
  "control",
  "verbatim",
  "unused",
  "plain",
];

const endKeys = ["eos_token_id", "eot_token_id", "eom_token_id"];

/**
 * Reads the `tokenizer.ggml.*` keys. Raises TOKENIZER_UNSUPPORTED for another kind of tokenizer, an unknown
 * pre-tokenizer, or tables that contradict each other; TOKENIZER_NO_END if no token ends a response.
 */
export function readVocabulary(metadata: GgufMetadata): Vocabulary {
  checkModel(getString(metadata, "tokenizer.ggml.model"));
  const tokens = required("tokenizer.ggml.tokens", getStrings(metadata, "tokenizer.ggml.tokens"));
  const ids = new Map(tokens.map((token, id) => [token, id]));
  if (ids.size !== tokens.length) {
    const id = tokens.findIndex((token, at) => ids.get(token) !== at);
    throw unsupported(`The tokens ${id} and ${ids.get(tokens[id])} are both ${JSON.stringify(tokens[id])}`);
  }
  const tokenId = (name: string) => {
    const key = `tokenizer.ggml.${name}`;
    const id = getSize(metadata, key);
    if (id !== undefined && id >= tokens.length)
      throw unsupported(`${key} is ${id} of ${tokens.length} tokens`);
    return id;
  };
  const bosId = tokenId("bos_token_id");
  const endIds = new Set(endKeys.map(tokenId).filter((id) => id !== undefined));
  if (endIds.size === 0) {
    throw new HerlError(
      "TOKENIZER_NO_END",
      "The model file names no token that ends a response (tokenizer.ggml.eos_token_id)",
      "Choose another file of this model; without an end token no response would ever be finished.",
    );
  }
  const kinds = readKinds(getIntegers(metadata, "tokenizer.ggml.token_type"), tokens, [...endIds, bosId]);
  const merges = required("tokenizer.ggml.merges", getStrings(metadata, "tokenizer.ggml.merges"));
  const isPlain = (token: string) => kinds[ids.get(token) ?? -1] === "plain";
  return {
    tokens,
    kinds,
    merges: merges.map((merge) => readMerge(merge, isPlain)),
    preTokenizer: readPreTokenizer(getString(metadata, "tokenizer.ggml.pre") ?? "default"),
    bosId: bosId ?? null,
    endIds,
    addBos: getBool(metadata, "tokenizer.ggml.add_bos_token") ?? false,
  };
}

function checkModel(model: string | undefined): void {
  if (model === "gpt2") return;
  if (model === undefined) throw unsupported("The model file has no tokenizer (tokenizer.ggml.model)");
  throw unsupported(
    `The tokenizer is ${model === "llama" ? "llama, a SentencePiece model" : model}, not gpt2 (BPE)`,
  );
}

/** Where a file has no token types, the tokens it names as first and last are taken for control tokens. */
function readKinds(
  types: ArrayLike<number> | undefined,
  tokens: readonly string[],
  named: readonly (number | undefined)[],
): TokenKind[] {
  if (types === undefined) return tokens.map((_, id) => (named.includes(id) ? "control" : "plain"));
  if (types.length !== tokens.length) {
    throw unsupported(`There are ${types.length} tokenizer.ggml.token_type for ${tokens.length} tokens`);
  }
  return tokens.map((_, id) => {
    const kind = kindsByType.at(types[id]);
    if (kind === undefined || types[id] < 0)
      throw unsupported(`Token ${id} is of the unknown type ${types[id]}`);
    return kind;
  });
}

/** "left right", where a symbol is never a space; as llama.cpp, the first character is not taken for the space. */
function readMerge(merge: string, isPlain: (token: string) => boolean): [string, string] {
  const space = merge.indexOf(" ", 1);
  const left = merge.slice(0, Math.max(space, 0));
  const right = merge.slice(space + 1);
  if (space > 0 && isPlain(left) && isPlain(right) && isPlain(left + right)) return [left, right];
  throw unsupported(`The merge ${JSON.stringify(merge.slice(0, 80))} is not of tokens into a token`);
}

function readPreTokenizer(name: string): PreTokenizer {
  if (Object.hasOwn(preTokenizers, name)) return preTokenizers[name];
  const known = Object.keys(preTokenizers).join(", ");
  throw unsupported(`The pre-tokenizer (tokenizer.ggml.pre) is ${name}; known are ${known}`);
}

function required<T>(key: string, value: T | undefined): T {
  if (value === undefined) throw unsupported(`The model file has no ${key}`);
  return value;
}

function unsupported(what: string): HerlError {
  return new HerlError(
    "TOKENIZER_UNSUPPORTED",
    what,
    "Choose a model of the SmolLM2, Llama 3 or Qwen 2 families.",
  );
}
