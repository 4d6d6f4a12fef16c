/** What a token shows: its text, and what has no shape of its own as marks. */
export type TokenPiece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "space" }
  | { readonly kind: "newline" }
  /** A control character or a byte that is no whole letter, as an escape. */
  | { readonly kind: "escape"; readonly text: string };

const pattern = /␣|\\n|\\\\|\\x[0-9A-F]{2}|\\u[0-9a-f]{4}|\\u\{[0-9a-f]+\}|\\[rt]|[^␣\\]+/g;

/** Reads the printable text of a token (`policy/tokenizer/token_text.ts`) into pieces. */
export function tokenPieces(printable: string): TokenPiece[] {
  return (printable.match(pattern) ?? []).map((part): TokenPiece => {
    if (part === "␣") return { kind: "space" };
    if (part === "\\n") return { kind: "newline" };
    if (part === "\\\\") return { kind: "text", text: "\\" };
    return part.startsWith("\\") ? { kind: "escape", text: part } : { kind: "text", text: part };
  });
}

/** How a token is written among others: one space before it is a gap, others and line breaks are marks. */
export interface TokenShape {
  readonly text: string;
  /** It begins with a space: a new word, which a line may break before. */
  readonly beginsWord: boolean;
  readonly endsLine: boolean;
  /** It has no letters of its own, only marks. */
  readonly isMark: boolean;
}

const shapes = new Map<string, TokenShape>();

/** The shape of a token by its printable text; a vocabulary's tokens come again and again, so they are kept. */
export function tokenShape(printable: string): TokenShape {
  const known = shapes.get(printable);
  if (known) return known;
  const pieces = tokenPieces(printable);
  const beginsWord = pieces[0]?.kind === "space";
  const written = beginsWord && pieces.length > 1 ? pieces.slice(1) : pieces;
  const shape = {
    text: written
      .map((piece) => (piece.kind === "space" ? "·" : piece.kind === "newline" ? "↵" : piece.text))
      .join(""),
    beginsWord,
    endsLine: pieces.some(({ kind }) => kind === "newline"),
    isMark: pieces.every(({ kind }) => kind !== "text"),
  };
  if (shapes.size < 200_000) shapes.set(printable, shape);
  return shape;
}

/** The text that the pieces stand for, escapes left as they are: what words are found in. */
export const plainText = (printable: string): string =>
  tokenPieces(printable)
    .map((piece) => {
      if (piece.kind === "space") return " ";
      return piece.kind === "newline" ? "\n" : piece.text;
    })
    .join("");

/** A token as a label: spaces around it left out, "space" and "new line" in words, cut off when it is long. */
export function tokenLabel(printable: string, longest = 14): string {
  const trimmed = printable.replace(/^␣(?=.)/, "");
  if (trimmed === "␣") return "space";
  if (trimmed === "\\n") return "new line";
  return trimmed.length > longest ? `${trimmed.slice(0, longest - 1).toWellFormed()}…` : trimmed;
}
