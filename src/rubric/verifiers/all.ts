import type { LanguageGuesser } from "../language";
import { loadLanguageGuesser } from "../language/guesser";
import { capitalWordFrequency } from "./capital_words";
import { ifbenchVerifiers } from "./ifbench/ifbench";
import { responseLanguage } from "./language";
import { muldimifVerifiers } from "./muldimif/constraint";
import { createRegistry, type VerifierRegistry } from "./registry";
import type { Verifier } from "./verifier";

/**
 * Every verifier there is, for task files. It brings word lists and language profiles along, hence pages import this
 * module when a task file needs it only; the pocket world's texts do with `englishRegistry`.
 */
export async function loadRegistry(): Promise<VerifierRegistry> {
  return fullRegistry(await loadLanguageGuesser());
}

/** Every verifier there is, with the given guesser for the rules that speak of a language. */
export function fullRegistry(guessLanguage: LanguageGuesser): VerifierRegistry {
  const more: readonly Verifier[] = [
    responseLanguage(guessLanguage),
    capitalWordFrequency,
    ...ifbenchVerifiers,
    ...muldimifVerifiers,
  ];
  return new Map([
    ...createRegistry(guessLanguage),
    ...more.map((verifier) => [verifier.id, verifier] as const),
  ]);
}
