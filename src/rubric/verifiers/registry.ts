import { assumeEnglish, type LanguageGuesser } from "../language";
import { changeCaseVerifiers } from "./change_case";
import { combinationVerifiers } from "./combination";
import { contentVerifiers } from "./detectable_content";
import { formatVerifiers } from "./detectable_format";
import { jsonFormat } from "./json_format";
import { keywordVerifiers } from "./keywords";
import { lengthVerifiers } from "./length_constraints";
import { noComma } from "./punctuation";
import { startEndVerifiers } from "./startend";
import type { Verifier } from "./verifier";

/** Verifiers by id. */
export type VerifierRegistry = ReadonlyMap<string, Verifier>;

/** Every verifier there is, with the given guesser for the rules that speak of a language. */
export function createRegistry(guessLanguage: LanguageGuesser): VerifierRegistry {
  const all: readonly Verifier[] = [
    ...keywordVerifiers,
    ...lengthVerifiers,
    ...contentVerifiers,
    ...formatVerifiers,
    jsonFormat,
    ...combinationVerifiers,
    ...startEndVerifiers,
    ...changeCaseVerifiers(guessLanguage),
    noComma,
  ];
  return new Map(all.map((verifier) => [verifier.id, verifier]));
}

/** The registry for texts that are English by construction, such as the pocket world's. */
export const englishRegistry: VerifierRegistry = createRegistry(assumeEnglish);
