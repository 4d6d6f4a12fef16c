/**
 * Byte-level BPE writes each of the 256 bytes as a printable character of its own, so that vocabularies and merges
 * are plain text (Radford et al., "Language Models are Unsupervised Multitask Learners", 2019; GPT-2's encoder.py).
 * Printable Latin-1 bytes stand for themselves, the others for U+0100 and up, in order.
 */

const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;

/** The symbol of each byte. */
export const byteSymbols: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++));
})();

const bytesBySymbol = new Map(byteSymbols.map((symbol, byte) => [symbol, byte]));
const utf8 = new TextEncoder();

/** The bytes that a token written in symbols stands for; its own UTF-8 where it is not all symbols. */
export function symbolBytes(token: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = bytesBySymbol.get(token[i]);
    if (byte === undefined) return utf8.encode(token);
    bytes[i] = byte;
  }
  return bytes;
}
