import type { ToyItem, ToyOptions } from "./toy";

/** Items that letters either meet or do not. */
export const beginsWith = (letters: string, weight = 1): ToyItem => ({
  ...{ text: `begins with ${letters}`, weight },
  meets: (response) => response.startsWith(letters),
});

export const contains = (letters: string, weight = 1): ToyItem => ({
  ...{ text: `contains ${letters}`, weight },
  meets: (response) => response.includes(letters),
});

export const endsWith = (letters: string, weight = 1): ToyItem => ({
  ...{ text: `ends with ${letters}`, weight },
  meets: (response) => response.endsWith(letters),
});

/**
 * The toy of the figures: 121 sequences, 16 parameters, 4 responses that meet everything. One table of bigrams can
 * write `cab` every time, so the largest expected reward is 1.
 */
export const reachableToy: ToyOptions = {
  letters: "abc",
  maxTokens: 4,
  items: [beginsWith("c"), contains("ab"), endsWith("b")],
  kappa: 2,
};

/**
 * One that it cannot: only `abbc` meets everything, and a policy without positions that goes from b to b sometimes does
 * so too often. The largest expected reward is ¾: that is what sharing parameters costs.
 */
export const conflictingToy: ToyOptions = {
  ...reachableToy,
  items: [beginsWith("a"), contains("bb"), endsWith("c")],
};
