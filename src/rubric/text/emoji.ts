/**
 * Whether one code point is an emoji by itself, for IFBench, which looks its last characters up in a list: the digits,
 * `#`, `*` and the letters of flags are parts of emoji only. Equal to that list (the Python package emoji 2) but for
 * what newer versions of Unicode add.
 */
export const isEmoji = (character: string): boolean =>
  /^(?=\p{Emoji})[^0-9#*\u{1f1e6}-\u{1f1ff}]$/u.test(character);
