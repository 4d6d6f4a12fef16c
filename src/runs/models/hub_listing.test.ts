import { expect, test } from "vitest";
import { promisedSha256 } from "./hub_listing";

const oid = "a".repeat(64);
const file = "https://huggingface.co/o/r/resolve/main/q4/m-1.gguf";

/** Asks for the promise, where the server answers so; resolves with it and what was asked. */
async function ask(address: string, answer: () => Response, signal = new AbortController().signal) {
  const asked: string[] = [];
  const fetch = (url: RequestInfo | URL) => {
    asked.push(String(url));
    return Promise.resolve().then(answer);
  };
  return { promised: await promisedSha256(address, { fetch, signal }), asked };
}

const listing =
  (...entries: unknown[]) =>
  () =>
    Response.json(entries);

test("the listing of the file's folder says what it must be", async () => {
  const entries = [
    null,
    { path: "q4/m-2.gguf", lfs: { oid: "b".repeat(64) } },
    { path: "q4/m-1.gguf", lfs: { oid } },
  ];
  expect(await ask(file, listing(...entries))).toEqual({
    promised: oid,
    asked: ["https://huggingface.co/api/models/o/r/tree/main/q4"],
  });
  const root = await ask(
    "https://huggingface.co/o/r/resolve/v%201/m.gguf",
    listing({ path: "m.gguf", lfs: { oid } }),
  );
  expect(root).toEqual({ promised: oid, asked: ["https://huggingface.co/api/models/o/r/tree/v%201"] });
});

test.each<[string, () => Response]>([
  ["is not there", listing()],
  ["has no hash", listing({ path: "q4/m-1.gguf" })],
  ["has a hash of another kind", listing({ path: "q4/m-1.gguf", lfs: { oid: 7 } })],
  ["is in no list", () => Response.json({ error: "no" })],
  ["is refused", () => new Response("", { status: 404 })],
  ["is in an answer that is no JSON", () => new Response("<html>")],
  [
    "cannot be asked for",
    () => {
      throw new TypeError("Failed to fetch");
    },
  ],
])("nothing is promised where the entry %s", async (_, answer) => {
  expect((await ask(file, answer)).promised).toBeNull();
});

test("no other server is asked, and giving up is told", async () => {
  expect(await ask("https://example.org/o/r/resolve/main/m.gguf", listing())).toEqual({
    promised: null,
    asked: [],
  });
  const gone = AbortSignal.abort(new Error("cancelled"));
  await expect(
    ask(
      file,
      () => {
        throw new Error("aborted");
      },
      gone,
    ),
  ).rejects.toThrow("cancelled");
});
