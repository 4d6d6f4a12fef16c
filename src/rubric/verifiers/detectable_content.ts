import { escapePattern, spaceClass, strip } from "../text/python_text";
import { count, defineVerifier, phrase } from "./verifier";

/* IFEval's rules of content (Zhou et al., 2023, and its evaluation code). */

/** The number of `[…]` within one line each, empty ones included; a bracket opens where no other is open. */
export function countPlaceholders(text: string): number {
  let found = 0;
  for (const line of text.split("\n")) {
    for (let open = line.indexOf("["); open >= 0;) {
      const close = line.indexOf("]", open);
      if (close < 0) break;
      found++;
      open = line.indexOf("[", close);
    }
  }
  return found;
}

/** At least so many placeholders such as [name]. */
const numberPlaceholders = defineVerifier({
  id: "detectable_content:number_placeholders",
  kwargs: { num_placeholders: count },
  describe: (kwargs) =>
    `The response contains at least ${kwargs.num_placeholders} placeholders such as [address].`,
  follows: (response, kwargs) => countPlaceholders(response) >= kwargs.num_placeholders,
});

const knownMarkers = new Map([
  ["P.P.S", `p\\.[${spaceClass}]?p\\.[${spaceClass}]?s`],
  ["P.S.", `p\\.[${spaceClass}]?s\\.`],
]);

/**
 * The marker occurs, in any case, at any place. "P.S." and "P.P.S" allow a space after each full stop, and a "P.P.S."
 * contains a "P.S."; any other marker is plain text.
 */
const postscript = defineVerifier({
  id: "detectable_content:postscript",
  kwargs: { postscript_marker: phrase },
  describe: (kwargs) => `The response has a postscript that starts with ${kwargs.postscript_marker}`,
  follows(response, { postscript_marker }) {
    const marker = strip(postscript_marker);
    const source = knownMarkers.get(marker) ?? escapePattern(marker.toLowerCase());
    return new RegExp(source, "u").test(response.toLowerCase());
  },
});

export const contentVerifiers = [numberPlaceholders, postscript];
