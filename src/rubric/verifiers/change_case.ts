import { isLower, isUpper } from "../text/python_text";
import type { LanguageGuesser } from "../language";
import { defineVerifier, type Verifier } from "./verifier";

/**
 * IFEval's rules of case (Zhou et al., 2023, and its evaluation code): all cased letters are of one case, *and* the
 * text is English. The guesser decides the second half; as in the published code, a text whose language cannot be
 * guessed (null) follows the rule whatever its case.
 */
export function changeCaseVerifiers(guessLanguage: LanguageGuesser): Verifier[] {
  const follows = (response: string, isCase: (text: string) => boolean): boolean => {
    const language = guessLanguage(response);
    return language === null || (language === "en" && isCase(response));
  };
  return [
    defineVerifier({
      id: "change_case:english_lowercase",
      kwargs: {},
      describe: () => "The response is in English and in lowercase letters only.",
      follows: (response) => follows(response, isLower),
    }),
    defineVerifier({
      id: "change_case:english_capital",
      kwargs: {},
      describe: () => "The response is in English and in capital letters only.",
      follows: (response) => follows(response, isUpper),
    }),
  ];
}
