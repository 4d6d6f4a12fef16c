import * as z from "../../zod";
import { defineVerifier } from "../../rubric/verifiers/verifier";
import type { VerifierRegistry } from "../../rubric/verifiers/registry";
import { claimsOf, states } from "./claims";

/** The number of the last "Answer: n" (or "answer is n", "answer = n") is the right one. */
const answer = defineVerifier({
  id: "steps:answer",
  kwargs: { answer: z.int() },
  describe: ({ answer }) => `The response ends with the answer ${answer}.`,
  follows: (response, { answer }) => states(response, { kind: "answer", number: answer }),
});

/** What the response says last about the left side of an equation, or about which number to take, is the claim. */
const checkpoint = defineVerifier({
  id: "steps:checkpoint",
  kwargs: {
    claim: z
      .string()
      .check(z.refine((text) => claimsOf(text).length === 1, "must be one claim, such as 7+8=15")),
  },
  describe: ({ claim }) => `The response states ${claim}.`,
  follows: (response, { claim }) => states(response, claimsOf(claim)[0]),
});

/** What decides the rubrics of problems in several steps. */
export const stepsRegistry: VerifierRegistry = new Map(
  [answer, checkpoint].map((verifier) => [verifier.id, verifier]),
);
