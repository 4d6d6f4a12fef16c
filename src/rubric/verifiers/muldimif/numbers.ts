/** Numbers in constraints: digits, English words up to the hundreds, Chinese digits. */

const values: Readonly<Record<string, number>> = {
  zero: 0, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10,
  eleven: 11, twelve: 12, thirteen: 13, fourteen: 14, fifteen: 15, sixteen: 16, seventeen: 17, eighteen: 18,
  nineteen: 19, twenty: 20, thirty: 30, forty: 40, fifty: 50, sixty: 60, seventy: 70, eighty: 80, ninety: 90,
  hundred: 100, thousand: 1000,
}; // prettier-ignore

const chinese = "一二三四五六七八九十";

const words = Object.keys(values)
  .sort((a, b) => b.length - a.length)
  .join("|");

/** The source of a pattern, for lower-case text, that matches a number and captures nothing. */
export const numberSource = `(?:\\d[\\d,]*|\\b(?:${words})(?:[ -](?:${words}))*\\b|[两${chinese}])`;

/** The number that `numberSource` matched. */
export function parseNumber(text: string): number {
  if (/^\d/.test(text)) return Number(text.replaceAll(",", ""));
  if (text === "两") return 2;
  if (chinese.includes(text)) return chinese.indexOf(text) + 1;
  let total = 0;
  let current = 0;
  for (const word of text.split(/[ -]/)) {
    if (values[word] < 100) current += values[word];
    else {
      total += Math.max(current, 1) * values[word];
      current = 0;
    }
  }
  return total + current;
}
