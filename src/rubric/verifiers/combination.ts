import { strip } from "../text/python_text";
import { defineVerifier, phrase } from "./verifier";

/* IFEval's combinations (Zhou et al., 2023, and its evaluation code). */

/** The response begins with the request itself, whatever the case. */
const repeatPrompt = defineVerifier({
  id: "combination:repeat_prompt",
  kwargs: { prompt_to_repeat: phrase },
  describe: (kwargs) =>
    `The response first repeats the request, word for word: "${strip(kwargs.prompt_to_repeat)}"`,
  follows: (response, kwargs) =>
    strip(response).toLowerCase().startsWith(strip(kwargs.prompt_to_repeat).toLowerCase()),
});

/** Two different responses between six asterisks; blank pieces are allowed first and last only. */
const twoResponses = defineVerifier({
  id: "combination:two_responses",
  kwargs: {},
  describe: () => "The response gives two different answers, separated by ******.",
  follows(response) {
    const pieces = response.split("******").map(strip);
    const answers = pieces.filter((piece) => piece !== "");
    return !pieces.slice(1, -1).includes("") && answers.length === 2 && answers[0] !== answers[1];
  },
});

export const combinationVerifiers = [repeatPrompt, twoResponses];
