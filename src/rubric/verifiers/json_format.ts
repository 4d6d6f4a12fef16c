import { strip } from "../text/python_text";
import { defineVerifier } from "./verifier";

/**
 * The text with `NaN`, `Infinity` and `-Infinity` outside string literals replaced by `null`: Python's parser accepts
 * the three as numbers, JavaScript's does not. A word glued to anything stays invalid ("1NaN" becomes "1null").
 */
function withoutSpecialNumbers(text: string): string {
  let result = "";
  let copied = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text[at];
    if (inString) {
      if (unit === "\\") at++;
      else if (unit === '"') inString = false;
    } else if (unit === '"') {
      inString = true;
    } else if (unit === "N" || unit === "I" || unit === "-") {
      const word = ["NaN", "Infinity", "-Infinity"].find((candidate) => text.startsWith(candidate, at));
      if (word !== undefined) {
        result += text.slice(copied, at) + "null";
        copied = at + word.length;
        at = copied - 1;
      }
    }
  }
  return result + text.slice(copied);
}

/**
 * What Python's `json.loads` makes of the text, with null for `NaN`, `Infinity` and `-Infinity`; undefined where it
 * would not accept the text. Bare scalars are fine.
 */
export function parsePythonJson(text: string): unknown {
  // Most responses are prose, and a thrown error costs more than a look at the first character.
  if (!/^[ \t\n\r]*[[{"\-\dtfnNI]/.test(text)) return undefined;
  try {
    return JSON.parse(withoutSpecialNumbers(text));
  } catch {
    return undefined;
  }
}

/** Whether Python's `json.loads` would accept the text. */
export const isJson = (text: string): boolean => parsePythonJson(text) !== undefined;

/** The text without a Markdown fence: the published code tries these openings once each, in this order. */
function withoutFence(text: string): string {
  let inner = strip(text);
  for (const opening of ["```json", "```Json", "```JSON", "```"]) {
    if (inner.startsWith(opening)) inner = inner.slice(opening.length);
  }
  return strip(inner.endsWith("```") ? inner.slice(0, -3) : inner);
}

/**
 * The whole response, in a Markdown fence or not, is JSON (IFEval, Zhou et al., 2023, and its evaluation code).
 */
export const jsonFormat = defineVerifier({
  id: "detectable_format:json_format",
  kwargs: {},
  describe: () => "The whole response is valid JSON.",
  follows: (response) => isJson(withoutFence(response)),
});
