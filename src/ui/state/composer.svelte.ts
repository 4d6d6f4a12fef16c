import type { GroupView, TrainerCommands } from "../../runs/protocol";
import { clash, type PocketConstraint } from "../../worlds/pocket/exclusions";
import type { FamilyName } from "../../worlds/pocket/families/family";
import { families } from "../../worlds/pocket/families/registry";
import { allWords, animals, places } from "../../worlds/pocket/lexicon";
import { tellConstraint } from "../../worlds/pocket/tasks";

/** More the pocket model was never told at once. */
export const mostConstraints = 4;

/** What a family can ask for, as the policy is told it. */
export interface FamilyChoices {
  readonly family: FamilyName;
  readonly choices: readonly { readonly constraint: PocketConstraint; readonly text: string }[];
}

export const familyChoices: readonly FamilyChoices[] = [...families.values()].map((family) => ({
  family: family.name,
  choices: family.choices(allWords).map((kwargs) => {
    const constraint = { family: family.name, kwargs };
    return { constraint, text: tellConstraint(constraint) };
  }),
}));

export const topicWords = { animals: allWords(animals), places: allWords(places) };

/** An instruction of the reader's own, and the group that the present policy gives for it. */
export class Composer {
  isOpen = $state(false);
  animal = $state("fox");
  place = $state("lake");
  /** Which of its choices each family is set to. */
  choice: Record<string, number> = $state({});
  chosen: FamilyName[] = $state(["title", "noComma"]);
  isTrying = $state(false);
  problem: string | null = $state(null);
  group: GroupView | null = $state.raw(null);

  constraintOf({ family, choices }: FamilyChoices): PocketConstraint {
    return choices[this.choice[family] ?? 0].constraint;
  }

  get constraints(): PocketConstraint[] {
    return this.chosen.map((name) => this.constraintOf(familyChoices.find(({ family }) => family === name)!));
  }

  /** Why a family cannot be asked for now; null when it can. */
  obstacle(family: FamilyChoices): string | null {
    if (this.chosen.includes(family.family)) return null;
    const candidate = this.constraintOf(family);
    for (const other of this.constraints) {
      const because = clash(other, candidate);
      if (because) return `Excluded by “${tellConstraint(other)}”: ${because}.`;
    }
    return this.chosen.length >= mostConstraints ? "The pocket model was taught at most four at once." : null;
  }

  toggle(family: FamilyChoices): void {
    if (this.chosen.includes(family.family))
      this.chosen = this.chosen.filter((name) => name !== family.family);
    else if (this.obstacle(family) === null) this.chosen = [...this.chosen, family.family];
  }

  /** Sets which of its choices a family asks for; one that now clashes with another is taken out. */
  choose(family: FamilyChoices, index: number): void {
    this.choice[family.family] = index;
    if (!this.chosen.includes(family.family)) return;
    this.chosen = this.chosen.filter((name) => name !== family.family);
    if (this.obstacle(family) === null) this.chosen = [...this.chosen, family.family];
  }

  /** Asks what the present policy makes of the instruction. */
  async compose(probe: TrainerCommands["probe"]): Promise<void> {
    this.isTrying = true;
    this.problem = null;
    try {
      const { animal, place } = this;
      const constraints = this.constraints.map(({ family, kwargs }) => ({ family, kwargs: { ...kwargs } }));
      this.group = await probe({ animal, place }, constraints);
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
    this.isTrying = false;
  }

  close(): void {
    this.isOpen = false;
    this.group = null;
    this.problem = null;
  }
}
