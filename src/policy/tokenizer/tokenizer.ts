import { Tokenizer as BpeTokenizer } from "@huggingface/tokenizers";
import { HerlError } from "../../errors";
import type { GgufMetadata } from "../gguf/value";
import { symbolBytes } from "./byte_symbols";
import { SpecialMatcher } from "./special_matcher";
import type { SpecialMatch } from "./special_matcher";
import { printable } from "./token_text";
import { readVocabulary } from "./vocabulary";
import type { TokenKind, Vocabulary } from "./vocabulary";

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export interface EncodeOptions {
  /**
   * Whether the text of a control token becomes that token: never, so that nobody's text can speak for the model
   * or end its turn; always; or where this says so.
   */
  readonly specials: boolean | ((match: SpecialMatch) => boolean);
}

/**
 * A byte-level BPE tokenizer made from the metadata of a GGUF file.
 *
 * Text is cut at control and verbatim tokens here, and what lies between is left to `@huggingface/tokenizers`, which
 * is given the plain part of the vocabulary only. So control tokens cannot come out of it, whatever the text says.
 */
export class Tokenizer {
  readonly vocabSize: number;
  /** Tokens that end a response: of the text, of the turn, of the message. Never empty. */
  readonly endIds: ReadonlySet<number>;
  /** The token that starts a text, or null. `encode` never adds it; chat templates do. */
  readonly bosId: number | null;
  /** Whether the model wants `bosId` before plain text (completion rather than chat). */
  readonly addBos: boolean;
  private readonly tokens: readonly string[];
  private readonly kinds: readonly TokenKind[];
  private readonly controls: SpecialMatcher;
  private readonly specials: SpecialMatcher;
  private readonly bpe: BpeTokenizer;

  /** Errors as `readVocabulary`. */
  constructor(metadata: GgufMetadata) {
    const vocabulary = readVocabulary(metadata);
    const { tokens, kinds } = vocabulary;
    this.vocabSize = tokens.length;
    this.endIds = vocabulary.endIds;
    this.bosId = vocabulary.bosId;
    this.addBos = vocabulary.addBos;
    this.kinds = kinds;
    this.tokens = tokens;
    const ofKind = (...wanted: TokenKind[]) =>
      tokens.map((token, id) => [token, id] as const).filter(([, id]) => wanted.includes(kinds[id]));
    this.controls = new SpecialMatcher(ofKind("control"));
    this.specials = new SpecialMatcher(ofKind("control", "verbatim"));
    this.bpe = plainBpe(vocabulary, ofKind("plain"));
  }

  /**
   * Token ids of a text. Lone surrogates count as U+FFFD. Bytes for which the vocabulary has no token are left out,
   * as the reference tokenizers do; SmolLM2 has none for six control characters and for U+40000 and above.
   */
  encode(text: string, { specials }: EncodeOptions): number[] {
    const wellFormed = text.toWellFormed();
    const accepts = (match: SpecialMatch) =>
      this.kinds[match.id] === "verbatim" || (typeof specials === "boolean" ? specials : specials(match));
    const ids: number[] = [];
    let position = 0;
    for (const { start, end, id } of this.specials.find(wellFormed, accepts)) {
      this.encodePlain(wellFormed.slice(position, start), ids);
      ids.push(id);
      position = end;
    }
    this.encodePlain(wellFormed.slice(position), ids);
    return ids;
  }

  /** The text of token ids. Bytes that are no UTF-8 become U+FFFD. Raises TOKEN_ID for an id of no token. */
  decode(ids: readonly number[], { skipSpecials }: { readonly skipSpecials: boolean }): string {
    const parts = ids.map((id) =>
      skipSpecials && this.isControl(id) ? new Uint8Array() : this.tokenBytes(id),
    );
    const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let position = 0;
    for (const part of parts) {
      all.set(part, position);
      position += part.length;
    }
    return utf8Decoder.decode(all);
  }

  /** The bytes that a token adds to a text; of a control token, its name. */
  tokenBytes(id: number): Uint8Array<ArrayBuffer> {
    this.checkId(id);
    return this.kinds[id] === "plain" ? symbolBytes(this.tokens[id]) : utf8Encoder.encode(this.tokens[id]);
  }

  /** One token for people to read, on one line: see `printable`. */
  tokenText(id: number): string {
    return printable(this.tokenBytes(id));
  }

  isControl(id: number): boolean {
    this.checkId(id);
    return this.kinds[id] === "control";
  }

  /** Where in a text the text of a control token begins, in UTF-16 offsets. */
  controlStarts(text: string): number[] {
    return this.controls.starts(text);
  }

  private encodePlain(text: string, ids: number[]): void {
    if (text === "") return;
    for (const id of this.bpe.encode(text, { add_special_tokens: false }).ids) ids.push(id);
  }

  private checkId(id: number): void {
    if (Number.isInteger(id) && id >= 0 && id < this.vocabSize) return;
    throw new HerlError(
      "TOKEN_ID",
      `There is no token ${id}: the vocabulary has ${this.vocabSize}`,
      "Use ids that this model's own tokenizer made.",
    );
  }
}

/** The library's tokenizer for text between special tokens, of which it knows none. */
function plainBpe(vocabulary: Vocabulary, plain: readonly (readonly [string, number])[]): BpeTokenizer {
  const { patterns, normalizeNfc, wholeWordsFirst } = vocabulary.preTokenizer;
  const splits = patterns.map((Regex) => ({
    type: "Split",
    pattern: { Regex },
    behavior: "Isolated",
    invert: false,
  }));
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
  const model = {
    type: "BPE",
    vocab: Object.fromEntries(plain),
    merges: vocabulary.merges,
    ignore_merges: wholeWordsFirst,
  };
  return new BpeTokenizer(
    {
      added_tokens: [],
      normalizer: normalizeNfc ? { type: "NFC" } : null,
      pre_tokenizer: { type: "Sequence", pretokenizers: [...splits, byteLevel] },
      post_processor: null,
      decoder: null,
      model,
    },
    {},
  );
}
