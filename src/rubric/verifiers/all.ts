import { loadLanguageGuesser } from "../language/guesser";
import { capitalWordFrequency } from "./capital_words";
import { responseLanguage } from "./language";
import { muldimifVerifiers } from "./muldimif/constraint";
import { createRegistry, type VerifierRegistry } from "./registry";
import type { Verifier } from "./verifier";

/**
 * Every verifier there is, for task files. It brings word lists, a tagger and language profiles along, hence it loads
 * them when it is called; the pocket world's texts do with `englishRegistry`.
 */
export async function loadRegistry(): Promise<VerifierRegistry> {
  const [guessLanguage, { ifbenchVerifiers }] = await Promise.all([
    loadLanguageGuesser(),
    import("./ifbench/ifbench"),
  ]);
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
