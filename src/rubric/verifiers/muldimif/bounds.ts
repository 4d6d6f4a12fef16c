import { numberSource, parseNumber } from "./numbers";

/** How many of something a constraint allows; both ends included, and left out where the constraint names none. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** Whether the count is within the bounds. */
export const within = (count: number, { min = 0, max = Infinity }: Bounds): boolean =>
  count >= min && count <= max;

/** Whether the bounds say anything. */
export const isBounded = ({ min, max }: Bounds): boolean => min !== undefined || max !== undefined;

/** The bounds in words, for instance "at least 2 and at most 5 words". */
export function describeBounds({ min, max }: Bounds, unit: string): string {
  if (min !== undefined && min === max) return `exactly ${min} ${unit}`;
  const ends = [min !== undefined && `at least ${min}`, max !== undefined && `at most ${max}`];
  return `${ends.filter(Boolean).join(" and ") || "any number of"} ${unit}`;
}

const number = `(${numberSource})`;
const join = "(?: ?(?:to|and|or|(?<=\\d ?)[-–—]|到|至) ?)";
const least =
  "(?:at least|at minimum|least|minimum(?: length| word count)? of|a minimum|no less than|not less than|no fewer than|" +
  "not fewer than|至少(?:包含)?|最少(?:包含)?)";
const most =
  "(?:at most|not (?:to )?exceed(?:ing)?|not surpass(?:ing)?|no more than|not (?:have |contain )?more than|no longer than|" +
  "maximum(?: length| word count)? of|a maximum|limit(?:ed|ing)?(?: \\w+){0,5}? (?:to|of)|within(?: a)?|up to|under|" +
  "(?<!no |not )(?:fewer than|less than)|(?:至多|最多|不超过|不能超过|不超過)(?:分为|包含)?|在)";

/**
 * What a constraint says about the number of units. `unit` is the source of a pattern for one or many of the unit;
 * an adjective may stand before it. Where `unitOptional`, an exact number or a range needs no unit.
 */
export function parseBounds(constraint: string, unit: string, unitOptional = false): Bounds {
  const text = constraint
    .toLowerCase()
    .replace(/\s+/g, " ")
    .replace(
      /a (?:grand )?total of |a strict |(?<=(?:least|most|than|exceed|exceeding|exactly)): ?/g,
      (part) => (part.endsWith(": ") || part.endsWith(":") ? " " : ""),
    );
  const units = `(?:[ -]*(?:[a-z]+ )?${unit})`;
  const loosely = unitOptional
    ? `(?:${units}|(?![ -]*(?:sentence|paragraph|character|row|column|time)|[\\w,]))`
    : units;
  const find = (source: string): RegExpExecArray | null => new RegExp(source, "u").exec(text);

  if (find(`(?:\\b(?:a|one) single|only one|consist(?:s|ing)? of one)${units}`)) return { min: 1, max: 1 };
  const exact = find(
    `(?:exactly|precisely|(?:must|should) (?:contain|include|have|be))[: ]+${number}${loosely}`,
  );
  if (exact && !find(`${number}${join}${number}${loosely}`)) return both(exact[1], exact[1]);
  const range =
    find(`between ${number}${units}?${join}${number}${loosely}`) ??
    find(`${number} ?(?:to|(?<=\\d ?)[-–—]|到|至) ?${number}${loosely}`);
  if (range) return both(range[1], range[2]);
  const min = find(`${least}[: ]*${number}${units}`);
  const max = find(`${most}[: ]*${number}${units}`);
  return { ...(min && { min: parseNumber(min[1]) }), ...(max && { max: parseNumber(max[1]) }) };
}

function both(first: string, second: string): Bounds {
  const [a, b] = [parseNumber(first), parseNumber(second)];
  return { min: Math.min(a, b), max: Math.max(a, b) };
}
