import type { RandomStream } from "../../kernels/random/random";
import { adjectives, allWords, animals, feelings, objects, places, stuff, times, verbs } from "./lexicon";

/** What a task is about. */
export interface Topic {
  readonly animal: string;
  readonly place: string;
}

/**
 * What an answer says, apart from how it says it. The same content is rendered with or without each constraint, so
 * that a revision differs from its draft only by what the revised constraints ask for.
 */
export interface Content {
  readonly topic: Topic;
  readonly adjective: string;
  readonly verb: string;
  readonly time: string;
  /** Whether the time is told even where no constraint depends on its comma. */
  readonly tellsTime: boolean;
  readonly object: string | null;
  readonly stuff: string | null;
  /** Whether a keyword that must occur twice occurs once where it is not asked to be repeated. */
  readonly mentionsKeyword: boolean;
  /** Sentences after the first, in order, of five words each and without their full stops. */
  readonly followUps: readonly string[];
  /** What the second of two answers says, and what a postscript adds; without full stops. */
  readonly secondAnswer: string;
  readonly afterthought: string;
  /** How many sentences the story has where no constraint depends on it. */
  readonly length: number;
}

/** The longest story: the first sentence and four more. */
export const maxSentences = 5;

/**
 * A drawn content about a topic, without the words in `avoid`: those are the constraints' own, and only following or
 * breaking a constraint may put them into a text.
 */
export function drawContent(stream: RandomStream, topic: Topic, avoid: ReadonlySet<string>): Content {
  const draw = (list: readonly string[], count: number): string[] =>
    stream
      .shuffled(list.filter((word) => !avoid.has(word) && word !== topic.animal && word !== topic.place))
      .slice(0, count);
  const [nap, hideout] = draw(allWords(places), 2);
  const [object, sought] = draw(allWords(objects), 2);
  const [carried, dreamt] = draw(allWords(stuff), 2);
  const [feeling, laterFeeling] = draw(feelings, 2);
  const [friend] = draw(allWords(animals), 1);
  const followUps = [
    `It slept by the ${nap}`,
    `It sang to the ${friend}`,
    `It looked for the ${sought}`,
    `It dreamed of the ${dreamt}`,
    `It was ${feeling} all day`,
  ];
  return {
    topic,
    adjective: draw(allWords(adjectives), 1)[0],
    verb: stream.pick(verbs),
    time: stream.pick(times),
    tellsTime: stream.chance(0.5),
    object: stream.chance(0.5) ? object : null,
    stuff: stream.chance(0.2) ? carried : null,
    mentionsKeyword: stream.chance(0.5),
    followUps: stream.shuffled(followUps).slice(0, maxSentences - 1),
    secondAnswer: `The ${topic.animal} hid near the ${hideout}`,
    afterthought: `It was ${laterFeeling}`,
    length: stream.pick([1, 1, 2, 2, 3]),
  };
}
