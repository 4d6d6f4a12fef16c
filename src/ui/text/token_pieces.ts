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
