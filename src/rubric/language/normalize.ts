/** What the published detector does with a text before it looks at letters. */

const urls = /https?:\/\/[-_.?&~;+=/#0-9A-Za-z]{1,2076}/g;
const mails = /[-_.0-9A-Za-z]{1,64}@[-_0-9A-Za-z]{1,255}[-_.0-9A-Za-z]{1,255}/g;
/** A Vietnamese letter and a tone mark that is written as a character of its own. */
const toneMarks = /[AEIOUYaeiouyÂÊÔâêôĂăƠơƯư][\u0300\u0301\u0303\u0309\u0323]/g;

/** The detector looks at so many characters, addresses and repeated blanks not counted. */
const mostCharacters = 10_000;
/** Room for addresses and blanks; what lies beyond is not looked at, so that the work is bounded. */
const mostRead = 100_000;

/**
 * The text that is looked at: without addresses, and without Latin letters where others are more than twice as many.
 */
export function relevantText(text: string): string {
  const start = text
    .slice(0, mostRead)
    .replace(urls, " ")
    .replace(mails, " ")
    .replace(toneMarks, (pair) => pair.normalize("NFC"))
    .replace(/ {2,}/g, " ")
    .slice(0, mostCharacters);
  let latin = 0;
  let other = 0;
  for (let at = 0; at < start.length; at++) {
    const code = start.charCodeAt(at);
    if (code >= 0x41 && code <= 0x7a) latin++;
    else if (code >= 0x300 && !within(code, 0x1e00, 0x1eff) && !within(code, 0xdc00, 0xdfff)) other++;
  }
  return latin * 2 < other ? start.replace(/[A-z]/g, "") : start;
}

const within = (code: number, first: number, last: number): boolean => code >= first && code <= last;

/** The character that stands for a character, by code: a blank for what is no letter, one letter for some scripts. */
export function standIn(code: number, representative: ReadonlyMap<string, string>): number {
  if (code < 0x80) return within(code, 0x41, 0x5a) || within(code, 0x61, 0x7a) ? code : 0x20;
  if (code === 0xa0 || code === 0xab || code === 0xb0 || code === 0xbb) return 0x20;
  if (code < 0x219) return code;
  if (code === 0x219) return 0x15f;
  if (code === 0x21b) return 0x163;
  if (code === 0x6cc) return 0x64a;
  if (within(code, 0x1ea0, 0x1eff)) return 0x1ec3;
  if (within(code, 0x2000, 0x206f)) return 0x20;
  if (within(code, 0x3040, 0x309f)) return 0x3042;
  if (within(code, 0x30a0, 0x30ff)) return 0x30a2;
  if (within(code, 0x3100, 0x312f) || within(code, 0x31a0, 0x31bf)) return 0x3105;
  if (within(code, 0x4e00, 0x9fff)) {
    const character = String.fromCharCode(code);
    return (representative.get(character) ?? character).charCodeAt(0);
  }
  return within(code, 0xac00, 0xd7af) ? 0xac00 : code;
}

/** The text in stand-ins, with one blank before each run of letters and after the last one that a blank follows. */
export function standIns(text: string, representative: ReadonlyMap<string, string>): string {
  const pieces: string[] = [];
  let codes: number[] = [0x20];
  let last = 0x20;
  for (let at = 0; at < text.length; at++) {
    const code = standIn(text.charCodeAt(at), representative);
    if (code === 0x20 && last === 0x20) continue;
    codes.push((last = code));
    if (codes.length === 4096) {
      pieces.push(String.fromCharCode(...codes));
      codes = [];
    }
  }
  return pieces.join("") + String.fromCharCode(...codes);
}
