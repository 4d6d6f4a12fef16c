import { defineVerifier } from "./verifier";

/** No ASCII comma; a full-width one passes (IFEval, Zhou et al., 2023, and its evaluation code). */
export const noComma = defineVerifier({
  id: "punctuation:no_comma",
  kwargs: {},
  describe: () => "The response contains no comma.",
  follows: (response) => !response.includes(","),
});
