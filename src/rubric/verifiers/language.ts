import * as z from "../../zod";
import type { LanguageGuesser } from "../language";
import { defineVerifier, type Verifier } from "./verifier";

/** The languages that the published detector tells apart, by its codes. */
// prettier-ignore
const names = {
  af: "Afrikaans", ar: "Arabic", bg: "Bulgarian", bn: "Bengali", ca: "Catalan", cs: "Czech", cy: "Welsh",
  da: "Danish", de: "German", el: "Greek", en: "English", es: "Spanish", et: "Estonian", fa: "Persian",
  fi: "Finnish", fr: "French", gu: "Gujarati", he: "Hebrew", hi: "Hindi", hr: "Croatian", hu: "Hungarian",
  id: "Indonesian", it: "Italian", ja: "Japanese", kn: "Kannada", ko: "Korean", lt: "Lithuanian", lv: "Latvian",
  mk: "Macedonian", ml: "Malayalam", mr: "Marathi", ne: "Nepali", nl: "Dutch", no: "Norwegian", pa: "Punjabi",
  pl: "Polish", pt: "Portuguese", ro: "Romanian", ru: "Russian", sk: "Slovak", sl: "Slovene", so: "Somali",
  sq: "Albanian", sv: "Swedish", sw: "Swahili", ta: "Tamil", te: "Telugu", th: "Thai", tl: "Tagalog",
  tr: "Turkish", uk: "Ukrainian", ur: "Urdu", vi: "Vietnamese", "zh-cn": "Chinese (simplified)",
  "zh-tw": "Chinese (traditional)",
} as const;

const codes = Object.keys(names) as (keyof typeof names)[];

/**
 * The language of the response as a whole, after IFEval (Zhou et al., 2023, and its evaluation code); a text whose
 * language cannot be guessed (null) follows the rule.
 */
export const responseLanguage = (guessLanguage: LanguageGuesser): Verifier =>
  defineVerifier({
    id: "language:response_language",
    kwargs: { language: z.enum(codes) },
    describe: ({ language }) => `The response is in ${names[language]}, and in no other language.`,
    follows(response, { language }) {
      const guessed = guessLanguage(response);
      return guessed === null || guessed === language;
    },
  });
