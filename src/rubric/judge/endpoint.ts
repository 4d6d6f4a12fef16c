import { HerlError } from "../../errors";

const cure = "Give an address such as http://localhost:11434/v1";

/**
 * Where chat completions are asked for. A bare origin gets `/v1`; another path is the base itself, with or without
 * its `/chat/completions`. A query stays (some servers want a version in it). Throws CONFIG_INVALID for what is no
 * http address, and for one that holds a password or a key: addresses are stored and shown.
 */
export function chatEndpoint(address: string): URL {
  const url = plainAddress(address);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new HerlError(
      "CONFIG_INVALID",
      "The judge's address does not begin with http:// or https://",
      cure,
    );
  url.hash = "";
  const base = url.pathname.replace(/\/+$/, "").replace(/\/chat\/completions$/, "");
  url.pathname = `${base === "" ? "/v1" : base}/chat/completions`;
  return url;
}

/** Where the models of the same server are listed. Throws as `chatEndpoint` does. */
export function modelsEndpoint(address: string): URL {
  const url = chatEndpoint(address);
  url.pathname = url.pathname.replace(/chat\/completions$/, "models");
  return url;
}

/** Whether an address has a password or a key in it: it would be stored and shown with it. */
export function holdsSecret(address: string): boolean {
  if (!URL.canParse(address.trim())) return false;
  const { username, password, searchParams } = new URL(address.trim());
  const isNamed = [...searchParams.keys()].some((name) => /key|token|secret|passw|auth/i.test(name));
  return username !== "" || password !== "" || isNamed;
}

/** An endpoint as it may be shown and hashed: without its query. */
export const endpointName = (url: URL): string => url.origin + url.pathname;

function plainAddress(address: string): URL {
  if (holdsSecret(address))
    throw new HerlError(
      "CONFIG_INVALID",
      "The judge's address holds a password or a key",
      "Give the key apart",
    );
  try {
    return new URL(address.trim());
  } catch {
    // The parser's own words repeat the address, with whatever it holds.
    throw new HerlError("CONFIG_INVALID", "The judge's address is not an address", cure);
  }
}
