import { splitSentences } from "../../sentences";
import { strip, wordClass } from "../../text/python_text";
import { codePoints } from "../../text/python_words";
import { stopWords as isStopWord } from "../../text/stop_words";
import { defineVerifier, phrase } from "../verifier";
import { percentage } from "./kwargs";

/* IFBench's rules of proportion (Pyatkin et al., "Generalizing Verifiable Instruction Following", 2025, and its
   evaluation code at commit db69a6f). */

const words = new RegExp(`[${wordClass}]+`, "gu");

/** At most this percentage of the runs of word characters are stop words, in any case. */
const stopWords = defineVerifier({
  id: "ratio:stop_words",
  kwargs: { percentage },
  describe: (kwargs) => `The response consists of at most ${kwargs.percentage} % stop words.`,
  follows(response, kwargs) {
    const all = response.match(words);
    if (all === null) return false;
    const found = all.filter((word) => isStopWord.has(word.toLowerCase())).length;
    return (found / all.length) * 100 <= kwargs.percentage;
  },
});

/** How many sentences end in each of the marks. */
function endings(response: string): Record<"." | "?" | "!", number> {
  const found = { ".": 0, "?": 0, "!": 0 };
  for (const sentence of splitSentences(response)) {
    const last = sentence.at(-1);
    if (last === "." || last === "?" || last === "!") found[last]++;
  }
  return found;
}

/** Twice as many sentences end in a full stop as in a question mark; none of either will do. */
const sentenceType = defineVerifier({
  id: "ratio:sentence_type",
  kwargs: {},
  describe: () => "The response has two statements for each question.",
  follows(response) {
    const found = endings(response);
    return found["."] === 2 * found["?"];
  },
});

/** As many sentences end in a full stop as in a question mark as in an exclamation mark; none of each will do. */
const sentenceBalance = defineVerifier({
  id: "ratio:sentence_balance",
  kwargs: {},
  describe: () => "The response has equally many statements, questions and exclamations.",
  follows(response) {
    const found = endings(response);
    return found["."] === found["?"] && found["?"] === found["!"];
  },
});

/** Three sentences of equal length in characters. That they share no word is asked of the model but not checked. */
const sentenceWords = defineVerifier({
  id: "ratio:sentence_words",
  kwargs: {},
  describe: () => "The response is three sentences with equally many characters and no word in common.",
  follows(response) {
    const lengths = splitSentences(response).map((sentence) => codePoints(strip(sentence)));
    return lengths.length === 3 && lengths.every((length) => length === lengths[0]);
  },
});

/** The different runs of three characters. */
function trigrams(text: string): Set<string> {
  const characters = [...text];
  return new Set(characters.slice(2).map((last, index) => characters[index] + characters[index + 1] + last));
}

/** The share of the response's different character trigrams that the reference has too is within 2 % of the target. */
const overlap = defineVerifier({
  id: "ratio:overlap",
  kwargs: { reference_text: phrase, percentage },
  describe: (kwargs) =>
    `The response shares ${kwargs.percentage} % (±2 %) of its trigrams with this text: "${kwargs.reference_text}"`,
  follows(response, kwargs) {
    const own = [...trigrams(response)];
    const reference = trigrams(kwargs.reference_text);
    const share = (own.filter((trigram) => reference.has(trigram)).length / own.length) * 100;
    return own.length > 0 && kwargs.percentage - 2 <= share && share <= kwargs.percentage + 2;
  },
});

export const ratioVerifiers = [stopWords, sentenceType, sentenceBalance, sentenceWords, overlap];
