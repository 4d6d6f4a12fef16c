import { caseFamilies } from "./case_families";
import type { Family, FamilyName } from "./family";
import { formatFamilies } from "./format_families";
import { keywordFamilies } from "./keyword_families";
import { lengthFamilies } from "./length_families";

/** Every family by its name. */
export const families: ReadonlyMap<FamilyName, Family> = new Map(
  [...keywordFamilies, ...lengthFamilies, ...formatFamilies, ...caseFamilies].map((family) => [
    family.name,
    family,
  ]),
);

/** The family of a name, which the type says exists. */
export const familyOf = (name: FamilyName): Family => families.get(name)!;

/**
 * What the pre-trained model does by itself with each family: `common` and `occasional` ones it often follows,
 * `rare` ones almost never, `unseen` ones only when it revises, and `foreign` ones belong to no task of
 * reinforcement learning, so that forgetting and transfer can be seen on them.
 */
export const familyClasses = {
  common: ["keyword", "sentences", "noComma", "forbidden"],
  occasional: ["endPhrase", "bullets"],
  rare: ["lowercase", "frequency", "quotation", "title", "capitals", "postscript"],
  unseen: ["highlights", "placeholder", "sections", "twoResponses"],
  foreign: ["paragraphs", "words", "json"],
} as const satisfies Record<string, readonly FamilyName[]>;

/** Every family that tasks of reinforcement learning may use. */
export const trainableFamilies: readonly FamilyName[] = [
  ...familyClasses.common,
  ...familyClasses.occasional,
  ...familyClasses.rare,
  ...familyClasses.unseen,
];
