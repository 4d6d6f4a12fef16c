import { expect, test } from "vitest";
import { backoff, retryAfter } from "./backoff";
import { chatEndpoint, endpointName } from "./endpoint";

test("an address with or without /v1, with or without its path", () => {
  const urls = {
    "http://localhost:11434": "http://localhost:11434/v1/chat/completions",
    "http://localhost:11434/": "http://localhost:11434/v1/chat/completions",
    " http://localhost:11434/v1/ ": "http://localhost:11434/v1/chat/completions",
    "http://localhost:11434/v1/chat/completions": "http://localhost:11434/v1/chat/completions",
    "https://openrouter.ai/api/v1": "https://openrouter.ai/api/v1/chat/completions",
    "https://x.example/openai/deployments/d?api-version=1#top":
      "https://x.example/openai/deployments/d/chat/completions?api-version=1",
  };
  for (const [address, url] of Object.entries(urls)) expect(chatEndpoint(address).href).toBe(url);
  expect(endpointName(chatEndpoint("https://x.example/v1?api-version=1"))).toBe(
    "https://x.example/v1/chat/completions",
  );
});

test("what is no address, or holds a secret, is refused without repeating it", () => {
  for (const address of [
    "",
    "localhost",
    "ftp://x",
    "javascript:alert(1)",
    "http://u:hunter2@x",
    "http://x?api_key=hunter2",
  ]) {
    expect(() => chatEndpoint(address)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }) as Error);
    expect(() => chatEndpoint(address)).not.toThrow(/hunter2/);
  }
});

test("waits double up to a limit, and a part is left to chance", () => {
  const waits = (random: number) => Array.from({ length: 9 }, (_, i) => backoff(i, () => random));
  expect(waits(1).slice(0, 4)).toEqual([500, 1000, 2000, 4000]);
  expect(waits(0).slice(0, 4)).toEqual([250, 500, 1000, 2000]);
  expect(Math.max(...waits(1))).toBe(30_000);
});

test("Retry-After in seconds or as a date, limited", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(retryAfter("3", now)).toBe(3000);
  expect(retryAfter("1.5", now)).toBe(1500);
  expect(retryAfter("Thu, 01 Jan 2026 00:00:10 GMT", now)).toBe(10_000);
  expect(retryAfter("Wed, 31 Dec 2025 00:00:00 GMT", now)).toBe(0);
  expect(retryAfter("86400", now)).toBe(120_000);
  expect(retryAfter("soon", now)).toBeNull();
  expect(retryAfter(null, now)).toBeNull();
});
