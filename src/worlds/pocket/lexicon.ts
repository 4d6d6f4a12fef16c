/**
 * The words of the pocket world. They are short, so that a vocabulary of 512 tokens holds most of them whole; none
 * contains another, so that a keyword is found only where it was put; none is a Punkt abbreviation, so that every
 * full stop ends a sentence; all begin with a consonant where an article stands before them.
 *
 * `reserved` words are pre-trained on but never used by tasks of reinforcement learning: the split `close` asks for
 * them.
 */
export interface WordClass {
  readonly usual: readonly string[];
  readonly reserved: readonly string[];
}

const words = (text: string): readonly string[] => text.split(" ");

/** Whom a task is about. */
export const animals: WordClass = {
  usual: words("fox bear frog duck goat hare crow lamb mole seal wolf crab"),
  reserved: words("swan toad deer moth lion newt"),
};

/** Where it is about. */
export const places: WordClass = {
  usual: words("hill lake barn cave road gate mill farm pond tower"),
  reserved: words("park fort bay cliff"),
};

/** What an animal is like; a forbidden word is one of these. */
export const adjectives: WordClass = {
  usual: words("red shy tiny grey wild old calm young"),
  reserved: words("brave pale quick"),
};

/** What an animal carries; a keyword that must occur is one of these. */
export const objects: WordClass = {
  usual: words("key rope drum lamp bell cup book coin hat map"),
  reserved: words("flag spoon pipe"),
};

/** What there can be more of; a keyword that must occur twice is one of these. */
export const stuff: WordClass = {
  usual: words("bread honey milk grass sand corn snow"),
  reserved: words("straw clay salt"),
};

/** How an answer can be asked to end: a clause that continues any sentence. */
export const endPhrases: WordClass = {
  usual: ["and all was well.", "and so it ended.", "and then night fell.", "and it went home."],
  reserved: ["and it was late."],
};

/** What stands in answers only. */
export const verbs = words("ran went came crept swam rode walked");
export const times = ["At night", "At dawn", "At noon", "One day", "In spring", "In winter"];
export const feelings = words("glad sad proud happy lonely sleepy");

/** All words of a class, reserved ones last. */
export const allWords = ({ usual, reserved }: WordClass): readonly string[] => [...usual, ...reserved];
