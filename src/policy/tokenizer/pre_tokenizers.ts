/**
 * How text is cut into words before byte-pair merging, by the names that `tokenizer.ggml.pre` has for them. Each
 * pattern in turn isolates its matches within the pieces that the one before left. The patterns are those of the
 * models' published tokenizers; they must agree to the letter, or a model reads text as it never has before.
 */
export interface PreTokenizer {
  /** Oniguruma syntax, as Hugging Face's tokenizer.json has it. */
  readonly patterns: readonly string[];
  /** Text is brought to Unicode's composed form first. */
  readonly normalizeNfc: boolean;
  /** A word that is a token is that token, even where merging would end elsewhere. */
  readonly wholeWordsFirst: boolean;
}

const gpt2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/** The pattern of Llama 3, and of Qwen 2 but for the digits that may stand together. */
const llama3 = (digits: string) =>
  // Case-insensitive as Unicode has it: the long s ſ is an s. No other letter here has a third case.
  String.raw`'(?:[sSſtTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])` +
  String.raw`|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

export const preTokenizers: Readonly<Record<string, PreTokenizer>> = {
  "gpt-2": { patterns: [gpt2], normalizeNfc: false, wholeWordsFirst: false },
  smollm: { patterns: [String.raw`\p{N}`, gpt2], normalizeNfc: false, wholeWordsFirst: false },
  "llama-bpe": { patterns: [llama3(String.raw`\p{N}{1,3}`)], normalizeNfc: false, wholeWordsFirst: true },
  qwen2: { patterns: [llama3(String.raw`\p{N}`)], normalizeNfc: true, wholeWordsFirst: false },
  // What llama.cpp does with files from before the key existed, which do not say how their model splits text.
  default: {
    patterns: [
      String.raw`[\p{P}\$\+<=>\^~\|]+`,
      String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)`,
      String.raw`\p{N}+`,
      String.raw`[0-9][0-9][0-9]`,
    ],
    normalizeNfc: false,
    wholeWordsFirst: false,
  },
};
