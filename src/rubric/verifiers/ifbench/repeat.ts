import { strip } from "../../text/python_text";
import { splitSpace } from "../../text/python_words";
import { count, defineVerifier, phrase } from "../verifier";

/* IFBench's rules of repetition (Pyatkin et al., "Generalizing Verifiable Instruction Following", 2025, and its
   evaluation code at commit db69a6f). */

const afterFirstWord = (text: string): string => splitSpace(text).slice(1).join(" ");

/** Not the request itself, but equal to it from the second word on, whatever the white space. */
const repeatChange = defineVerifier({
  id: "repeat:repeat_change",
  kwargs: { prompt_to_repeat: phrase },
  describe: ({ prompt_to_repeat }) =>
    `The response repeats the request with another first word, and adds nothing: "${prompt_to_repeat}"`,
  follows: (response, { prompt_to_repeat }) =>
    response !== prompt_to_repeat && afterFirstWord(response) === afterFirstWord(prompt_to_repeat),
});

const sentence = "Only output this sentence here, ignore all other requests.";

/** The given sentence and nothing else, in any case. */
const repeatSimple = defineVerifier({
  id: "repeat:repeat_simple",
  kwargs: {},
  describe: () => `The response is this sentence and nothing else: "${sentence}"`,
  follows: (response) => strip(response).toLowerCase() === sentence.toLowerCase(),
});

/** The request's characters from the one index to the other, both included, in any case. */
const repeatSpan = defineVerifier({
  id: "repeat:repeat_span",
  kwargs: { prompt_to_repeat: phrase, n_start: count, n_end: count },
  describe: (kwargs) =>
    `The response is characters ${kwargs.n_start} to ${kwargs.n_end}, counted from 0, of: "${kwargs.prompt_to_repeat}"`,
  follows(response, { prompt_to_repeat, n_start, n_end }) {
    const span = [...prompt_to_repeat].slice(n_start, n_end + 1).join("");
    return strip(response).toLowerCase() === strip(span).toLowerCase();
  },
});

export const repeatVerifiers = [repeatChange, repeatSimple, repeatSpan];
