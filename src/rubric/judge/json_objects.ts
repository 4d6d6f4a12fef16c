/** Openings that are tried, so that a text full of braces costs no more than a few passes. */
const maxOpenings = 32;

/** The outermost JSON objects in a text: whatever stands around them is skipped, and so is what does not parse. */
export function jsonObjects(text: string): unknown[] {
  const found: unknown[] = [];
  let from = text.indexOf("{");
  for (let tried = 0; from >= 0 && tried < maxOpenings; tried++) {
    const end = closingBrace(text, from);
    const value = end < 0 ? undefined : parse(text.slice(from, end + 1));
    if (value !== undefined) found.push(value);
    from = text.indexOf("{", value === undefined ? from + 1 : end + 1);
  }
  return found;
}

/** Where the brace at `from` is closed, strings skipped; -1 where it is not. */
function closingBrace(text: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let i = from; i < text.length; i++) {
    const sign = text[i];
    if (quoted) {
      if (sign === "\\") i++;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === "{") depth++;
    else if (sign === "}" && --depth === 0) return i;
  }
  return -1;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
