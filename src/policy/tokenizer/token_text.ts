const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const named: Readonly<Record<string, string>> = {
  " ": "␣",
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/**
 * Bytes in a form that shows every one of them on a line: text as it is, a space as ␣, what has no shape of its own
 * as an escape (\n, \u200b), and bytes that are no whole UTF-8 as \xE4. Different bytes look different.
 */
export function printable(bytes: Uint8Array): string {
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch {
    return Array.from(bytes, showByte).join("");
  }
  return text.replace(/[\\␣\p{C}\p{Z}]/gu, escape);
}

function showByte(byte: number): string {
  if (byte >= 0x20 && byte < 0x7f) return escape(String.fromCharCode(byte));
  return `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

function escape(character: string): string {
  if (Object.hasOwn(named, character)) return named[character];
  if (/[^␣\p{C}\p{Z}]/u.test(character)) return character;
  const point = character.codePointAt(0) ?? 0;
  return point > 0xffff ? `\\u{${point.toString(16)}}` : `\\u${point.toString(16).padStart(4, "0")}`;
}
