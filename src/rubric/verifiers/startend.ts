import { strip, stripMark } from "../text/python_text";
import { defineVerifier, phrase } from "./verifier";

/* IFEval's rules of beginning and end (Zhou et al., 2023, and its evaluation code). */

/** The text, without white space and then quotation marks around it, ends with the phrase, whatever the case. */
const endChecker = defineVerifier({
  id: "startend:end_checker",
  kwargs: { end_phrase: phrase },
  describe: (kwargs) => `The response ends with "${strip(kwargs.end_phrase)}" and nothing after it.`,
  follows: (response, kwargs) =>
    stripMark(strip(response), '"').toLowerCase().endsWith(strip(kwargs.end_phrase).toLowerCase()),
});

/** The first and the last character are straight double quotation marks, and they are two. */
const quotation = defineVerifier({
  id: "startend:quotation",
  kwargs: {},
  describe: () => "The whole response is wrapped in double quotation marks.",
  follows(response) {
    const text = strip(response);
    return text.length > 1 && text.startsWith('"') && text.endsWith('"');
  },
});

export const startEndVerifiers = [endChecker, quotation];
