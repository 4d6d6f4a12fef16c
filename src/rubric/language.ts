/** The ISO 639-1 code of the language that a text is in, or null where the text has nothing to go by. */
export type LanguageGuesser = (text: string) => string | null;

/**
 * The guesser for worlds whose texts are English by construction: verdicts, and with them rewards, then never hang on
 * a statistical guess. A text without any letter has no language, as in the published detector.
 */
export const assumeEnglish: LanguageGuesser = (text) => (/\p{L}/u.test(text) ? "en" : null);
