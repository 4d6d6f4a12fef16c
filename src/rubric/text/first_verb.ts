import tagger from "compromise/two";
import { strip } from "./python_text";
import { wordTokenize } from "./word_tokenize";

/** Words that the tagger takes for verbs where an answer begins with them as an interjection. */
const interjections = new Set(["sure", "well", "welcome"]);

/** What is enough to tell the first word's part of speech, in UTF-16 units. */
const beginning = 200;

/**
 * Whether the text's first token is a verb in any form but a modal one ("can"), as the tags VB, VBD, VBG, VBN, VBP and
 * VBZ of the Penn Treebank have it, by the tags of the package `compromise`. A mark before the first word makes the
 * answer no, and so does a colon after it, as in "Subject:".
 */
export function beginsWithVerb(text: string): boolean {
  const start = strip(text).slice(0, beginning);
  const [first, second] = wordTokenize(start);
  if (!/^\p{L}/u.test(first ?? "") || second === ":" || interjections.has(first.toLowerCase())) return false;
  // In a sentence the package takes most words in -ing for nouns, the Treebank for verbs.
  if (/ing$/i.test(first) && tagsOfFirst(first.toLowerCase()).has("Gerund")) return true;
  const tags = tagsOfFirst(start);
  return tags.has("Verb") && !tags.has("Modal");
}

const tagsOfFirst = (text: string): ReadonlySet<string> => tagger(text).docs[0]?.[0]?.tags ?? new Set();
