import { expect, test } from "vitest";
import { printable } from "./token_text";

const shown = (text: string) => printable(new TextEncoder().encode(text));

test("what a reader could not see, or could take for something else, is spelled out", () => {
  expect(shown(" a\tb\r\n")).toBe("␣a\\tb\\r\\n");
  expect(shown("␣")).toBe("\\u2423");
  expect(shown("\\n")).toBe("\\\\n");
  expect(shown("\u00a0\u200b\ufeff\u2028")).toBe("\\u00a0\\u200b\\ufeff\\u2028");
  expect(shown("\u{e0001}")).toBe("\\u{e0001}");
  expect(shown("狐🦊é")).toBe("狐🦊é");
});

test("bytes that are no whole UTF-8 are spelled out, and ASCII among them is text", () => {
  expect(printable(Uint8Array.of(0x20, 0x61, 0x5c, 0x0a, 0xe7, 0x8b))).toBe("␣a\\\\\\x0A\\xE7\\x8B");
  expect(printable(new Uint8Array())).toBe("");
});
