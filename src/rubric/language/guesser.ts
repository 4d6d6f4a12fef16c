import type { LanguageGuesser } from "../language";
import { RandomStream } from "../../kernels/random/random";
import { relevantText, standIns } from "./normalize";
import { readProfiles, type Profiles } from "./profiles";

/**
 * The language detector of the published checkers (langdetect 1.0.9, after Nakatani Shuyo's language-detection):
 * naive Bayes over the singles, pairs and triples of letters in words, for 55 languages.
 *
 * Seven times over: start from equal probabilities and multiply by the share of one n-gram of the text after another,
 * drawn at random and smoothed a little, until one language has nearly everything. The guess is the language with
 * the largest mean, if that is above 0.1. The published code draws without a seed, so that its verdicts on mixed
 * texts change from run to run; here the draws are keyed, so that a text's language is a function of the text. The
 * published code's smoothing varies from trial to trial by a normal law; here it takes that law's seven octiles.
 */
const trialAlphas = [0.4425, 0.4663, 0.4841, 0.5, 0.5159, 0.5337, 0.5575];
const baseFrequency = 10_000;
const mostDraws = 1000;
const converged = 0.99999;
const leastProbability = 0.1;

/** The guesser, with its profiles: about 430 kB on the wire, hence loaded when it is first needed only. */
export async function loadLanguageGuesser(): Promise<LanguageGuesser> {
  const { default: text } = await import("./profiles.txt?raw");
  return languageGuesser(readProfiles(text));
}

/** A guesser that goes by the given profiles; null for a text without a known n-gram. */
export function languageGuesser(profiles: Profiles): LanguageGuesser {
  return (text) => {
    const draw = drawer(standIns(relevantText(text), profiles.representative), profiles);
    if (draw === null) return null;
    const sums = profiles.languages.map(() => 0);
    for (const [done, alpha] of trialAlphas.entries()) {
      const probabilities = trial(draw, alpha / baseFrequency, sums.length);
      probabilities.forEach((p, language) => (sums[language] += p));
      // The trials that are left cannot change the guess any more.
      const [first, second] = [...sums].sort((x, y) => y - x);
      if (first - second > trialAlphas.length - done - 1) break;
    }
    const best = Math.max(...sums);
    const isSure = best / trialAlphas.length > leastProbability;
    return isSure ? profiles.languages[sums.indexOf(best)] : "unknown";
  };
}

/** One trial: the probability of each language once it has converged. */
function trial(draw: () => readonly number[], smoothing: number, languages: number): Float64Array {
  const probabilities = new Float64Array(languages).fill(1 / languages);
  for (let draws = 0; ; draws++) {
    const shares = draw();
    // Every language is multiplied by the smoothing and its share. Divided by the smoothing, most stay as they are.
    for (let at = 0; at < shares.length; at += 2)
      probabilities[shares[at]] *= (smoothing + shares[at + 1]) / smoothing;
    if (draws % 5 !== 0) continue;
    let sum = 0;
    for (let language = 0; language < languages; language++) sum += probabilities[language];
    let largest = 0;
    for (let language = 0; language < languages; language++) {
      const p = (probabilities[language] /= sum);
      if (p > largest) largest = p;
    }
    if (largest > converged || draws >= mostDraws) return probabilities;
  }
}

const isUpperCase = (unit: string): boolean =>
  unit < "\x80" ? unit >= "A" && unit <= "Z" : /\p{Lu}/u.test(unit);

/**
 * Draws n-grams of the text, each one equally likely; null where it has none. An n-gram is up to three letters of one
 * word, the blanks around it included, that does not end in two capital letters.
 */
function drawer(text: string, { shares }: Profiles): (() => readonly number[]) | null {
  const at = (end: number, length: number): readonly number[] | undefined => {
    const gram = text.slice(end - length, end);
    if (gram.length < length || gram === " " || gram.slice(1, -1) === " ") return undefined;
    if (isUpperCase(text[end - 1]) && isUpperCase(text[end - 2])) return undefined;
    return shares.get(gram);
  };
  const stream = RandomStream.of(0, "language");
  let all: (readonly number[])[] | undefined;
  /** Guessing places is quicker than finding all n-grams, unless few places have one. */
  const guessPlace = (): readonly number[] | undefined => {
    for (let tries = 0; tries < 50; tries++) {
      const place = stream.integer(3 * (text.length - 1));
      const found = at(2 + Math.floor(place / 3), 1 + (place % 3));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const findAll = (): (readonly number[])[] => {
    const found: (readonly number[])[] = [];
    for (let end = 2; end <= text.length; end++)
      for (let length = 1; length <= 3; length++) {
        const gram = at(end, length);
        if (gram !== undefined) found.push(gram);
      }
    return found;
  };
  const draw = (): readonly number[] => {
    if (all === undefined) {
      const guessed = guessPlace();
      if (guessed !== undefined) return guessed;
      all = findAll();
    }
    return all[stream.integer(all.length)];
  };
  if (text.length < 2 || (guessPlace() === undefined && (all = findAll()).length === 0)) return null;
  return draw;
}
