import { expect, test } from "vitest";
import { HerlError } from "../../errors";
import { modelSource } from "./model_source";

test.each([
  ["https://example.org/a/b.gguf?download=true#top", "https://example.org/a/b.gguf?download=true", "b.gguf"],
  ["http://localhost:8000/My%20model.GGUF", "http://localhost:8000/My%20model.GGUF", "My model.GGUF"],
  [
    "Qwen/Qwen3-0.6B-GGUF/q8_0.gguf",
    "https://huggingface.co/Qwen/Qwen3-0.6B-GGUF/resolve/main/q8_0.gguf",
    "q8_0.gguf",
  ],
  ["hf://a/b/sub/c.gguf", "https://huggingface.co/a/b/resolve/main/sub/c.gguf", "c.gguf"],
  ["https://huggingface.co/a/b/blob/v1/c.gguf", "https://huggingface.co/a/b/resolve/v1/c.gguf", "c.gguf"],
])("%s", (text, url, name) => {
  expect(modelSource(`  ${text} `)).toEqual({ url, name });
});

test.each([
  "",
  "pocket",
  "a/b",
  "a/b/c.bin",
  "a/../c.gguf",
  "a/b c/d.gguf",
  "https://",
  "https://example.org/a.html",
  "ftp://example.org/a.gguf",
  "javascript:alert(1)//a/b.gguf",
])("“%s” is no model file", (text) => {
  expect(() => modelSource(text)).toThrow(HerlError);
});

test("an address with a password is refused, and the password is not told", () => {
  const attempt = () => modelSource("https://me:secret@example.org/a.gguf");
  expect(attempt).toThrow(/name or a password/);
  expect(attempt).not.toThrow(/secret/);
});
