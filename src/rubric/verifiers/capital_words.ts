import { isUpper } from "../text/python_text";
import { wordTokenize } from "../text/word_tokenize";
import { count, defineVerifier, holds, relation } from "./verifier";

/**
 * Enough or few enough tokens in capital letters, as NLTK cuts them (IFEval, Zhou et al., 2023, and its evaluation
 * code): "I", "A" and "COVID-19" count.
 */
export const capitalWordFrequency = defineVerifier({
  id: "change_case:capital_word_frequency",
  kwargs: { capital_frequency: count, capital_relation: relation },
  describe: (kwargs) =>
    `The response has ${kwargs.capital_relation} ${kwargs.capital_frequency} words in capital letters only.`,
  follows: (response, kwargs) =>
    holds(wordTokenize(response).filter(isUpper).length, kwargs.capital_relation, kwargs.capital_frequency),
});
