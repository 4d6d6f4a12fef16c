import type { ItemAnswer } from "./judgements";

/**
 * What the majority of the votes on one item says; undecided votes do not count. Undecided where none is decided
 * (with the first one's reason) or where as many say yes as say no.
 */
export function majority(votes: readonly ItemAnswer[]): ItemAnswer {
  const yes = votes.filter(({ present }) => present === true);
  const no = votes.filter(({ present }) => present === false);
  if (yes.length + no.length === 0) return votes[0];
  if (yes.length !== no.length) return yes.length > no.length ? yes[0] : no[0];
  return {
    present: null,
    reason: `the judge's votes are tied, ${yes.length} to ${no.length}`,
    failure: "answer",
  };
}
