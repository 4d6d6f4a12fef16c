import { HerlError } from "../../errors";

const cure = "Give an address such as http://localhost:11434/v1";

/**
 * Where chat completions are asked for. A bare origin gets `/v1`; another path is the base itself, with or without
 * its `/chat/completions`. A query stays (some servers want a version in it). Throws CONFIG_INVALID for what is no
 * http address, and for one that holds a password or a key: addresses are stored and shown.
 */
export function chatEndpoint(address: string): URL {
  const url = parse(address.trim());
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new HerlError(
      "CONFIG_INVALID",
      "The judge's address does not begin with http:// or https://",
      cure,
    );
  const secret = [...url.searchParams.keys()].some((name) => /key|token|secret|passw|auth/i.test(name));
  if (url.username !== "" || url.password !== "" || secret)
    throw new HerlError(
      "CONFIG_INVALID",
      "The judge's address holds a password or a key",
      "Give the key apart",
    );
  url.hash = "";
  const base = url.pathname.replace(/\/+$/, "").replace(/\/chat\/completions$/, "");
  url.pathname = `${base === "" ? "/v1" : base}/chat/completions`;
  return url;
}

/** An endpoint as it may be shown and hashed: without its query. */
export const endpointName = (url: URL): string => url.origin + url.pathname;

function parse(address: string): URL {
  try {
    return new URL(address);
  } catch {
    // The parser's own words repeat the address, with whatever it holds.
    throw new HerlError("CONFIG_INVALID", "The judge's address is not an address", cure);
  }
}
