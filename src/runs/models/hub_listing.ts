import { hub } from "./model_source";

/**
 * The SHA-256 that Hugging Face promises for the file at an address of its own, in hexadecimal: its answer to the file
 * itself is redirected to another host, and a page cannot see the header in between that has it. Null for other
 * addresses, and where the listing of the repository cannot be had or does not say.
 */
export async function promisedSha256(
  address: string,
  { fetch, signal }: { readonly fetch: typeof globalThis.fetch; readonly signal: AbortSignal },
): Promise<string | null> {
  const { origin, pathname } = new URL(address);
  const [, repository, revision, path] = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
  if (origin !== hub || !path) return null;
  const folder = path.includes("/") ? `/${path.slice(0, path.lastIndexOf("/"))}` : "";
  const listing = `${hub}/api/models/${repository}/tree/${revision}${folder}`;
  try {
    const response = await fetch(listing, { signal, credentials: "omit", referrerPolicy: "no-referrer" });
    const entries: unknown = response.ok ? await response.json() : null;
    if (!Array.isArray(entries)) return null;
    const wanted = decodeURIComponent(path);
    const entry = entries.find((one: { path?: unknown } | null) => one?.path === wanted);
    const oid: unknown = entry?.lfs?.oid;
    return typeof oid === "string" && /^[0-9a-f]{64}$/.test(oid) ? oid : null;
  } catch {
    signal.throwIfAborted();
    return null;
  }
}
