import * as z from "../../../zod";
import { count, defineVerifier } from "../verifier";
import { parsePythonJson } from "../json_format";
import { describeBounds, isBounded, parseBounds, within, type Bounds } from "./bounds";
import { family } from "./family";
import { numberSource, parseNumber } from "./numbers";

/**
 * How deeply the objects and lists of the first JSON block, or of the whole response, are nested (Ye et al., 2025,
 * and its evaluation code). Anything else than JSON fails, and so does a constraint without bounds.
 */
export const formatJson = family(
  defineVerifier({
    id: "muldimif:format_json",
    decidesBlank: true,
    kwargs: { min: z.optional(count), max: z.optional(count) },
    describe: (bounds) =>
      `The response is or holds JSON with ${describeBounds(bounds, "levels of nesting")}.`,
    follows(response, bounds) {
      const data = parsePythonJson(jsonBlock(response));
      return data !== undefined && data !== null && isBounded(bounds) && within(depth(data), bounds);
    },
  }),
  (constraint) => ({ ...levels(constraint) }),
);

function jsonBlock(text: string): string {
  const start = text.indexOf("```json");
  const end = text.indexOf("```", start + 7);
  return start < 0 || end < 0 ? text : text.slice(start + 7, end);
}

/** The nesting of objects and lists, level by level: recursion would not survive a deep response. */
function depth(data: unknown): number {
  const containers = (values: readonly unknown[]): object[] =>
    values.filter((value): value is object => typeof value === "object" && value !== null);
  let deepest = 0;
  for (let level = containers([data]); level.length > 0; deepest++) {
    const children = level.flatMap((container) => Object.values(container));
    if (children.length === 0 && deepest > 0) return deepest;
    if (children.length === 0) return 0;
    level = containers(children);
  }
  return deepest;
}

const unit = "(?:object )?(?:nesting )?levels?(?: of (?:object )?nesting| deep)?";

function levels(constraint: string): Bounds {
  const text = constraint.toLowerCase();
  const stated = new RegExp(`nesting levels? (?:must be |of |is |limited to )(${numberSource})`).exec(text);
  if (stated) {
    const value = parseNumber(stated[1]);
    return stated[0].includes("limited") ? { max: value } : { min: value, max: value };
  }
  const most = new RegExp(`not exceed(?:ing)? (${numberSource})`).exec(text);
  const least = new RegExp(`at least (${numberSource})`).exec(text);
  const bounds = parseBounds(text, unit);
  return {
    min: bounds.min ?? (least ? parseNumber(least[1]) : undefined),
    max: bounds.max ?? (most ? parseNumber(most[1]) : undefined),
  };
}
