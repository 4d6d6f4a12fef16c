import type { Content } from "./content";

/**
 * How a content is told. A plain plan tells it without any constraint; each family changes the fields that its rule
 * is about, once for following it and once for breaking it.
 */
export interface Plan {
  adjective: string;
  tellsTime: boolean;
  /** A comma after the time. */
  comma: boolean;
  object: string | null;
  stuff: string | null;
  /** "bread and more bread". */
  repeatsStuff: boolean;
  /** Sentences of the story. */
  length: number;
  /** A clause at the very end, with its full stop. */
  endPhrase: string | null;
  title: boolean;
  /** Phrases of the first sentence between asterisks: none, the animal, or the animal and the place. */
  highlights: number;
  placeholder: boolean;
  postscript: boolean;
  secondAnswer: boolean;
  arrangement: "prose" | "sections" | "paragraphs" | { readonly bullets: number };
  envelope: "none" | "quotes" | "json";
  letters: "mixed" | "lower" | "upper";
}

/** The plan of a content to which no constraint applies. */
export const plainPlan = (content: Content): Plan => ({
  adjective: content.adjective,
  tellsTime: content.tellsTime,
  comma: true,
  object: content.object,
  stuff: content.stuff,
  repeatsStuff: false,
  length: content.length,
  endPhrase: null,
  title: false,
  highlights: 0,
  placeholder: false,
  postscript: false,
  secondAnswer: false,
  arrangement: "prose",
  envelope: "none",
  letters: "mixed",
});

/** The text of a content told by a plan. */
export function write(content: Content, plan: Plan): string {
  const blocks = [
    ...(plan.title ? [`<< The ${plan.adjective} ${content.topic.animal} >>`] : []),
    arrange(sentences(content, plan), plan),
    ...(plan.secondAnswer ? ["******", `${content.secondAnswer}.`] : []),
    ...(plan.postscript ? [`P.S. ${content.afterthought}.`] : []),
  ];
  const story = blocks.join("\n");
  const ended = plan.endPhrase === null ? story : `${story.slice(0, -1)} ${plan.endPhrase}`;
  return inLetters(wrap(ended, plan), plan);
}

function sentences(content: Content, plan: Plan): string[] {
  const mark = (text: string, rank: number): string => (plan.highlights >= rank ? `*${text}*` : text);
  const time = plan.tellsTime ? `${content.time}${plan.comma ? "," : ""} the` : "The";
  const animal = mark(`${plan.adjective} ${content.topic.animal}`, 1) + (plan.placeholder ? " [name]" : "");
  const carried = [
    ...(plan.object === null ? [] : [`the ${plan.object}`]),
    ...(plan.stuff === null ? [] : [plan.repeatsStuff ? `${plan.stuff} and more ${plan.stuff}` : plan.stuff]),
  ];
  const luggage = carried.length === 0 ? "" : ` with ${carried.join(" and ")}`;
  const first = `${time} ${animal} ${content.verb} to the ${mark(content.topic.place, 2)}${luggage}`;
  return [first, ...content.followUps].slice(0, plan.length).map((sentence) => `${sentence}.`);
}

/** The sentences as prose, or in parts: one sentence a part, and all that is left in the last. */
function arrange(all: readonly string[], plan: Plan): string {
  const parts = (count: number): string[] =>
    [...all.slice(0, count - 1), all.slice(count - 1).join(" ")].filter((part) => part !== "");
  switch (plan.arrangement) {
    case "prose":
      return all.join(" ");
    case "sections":
      return parts(2)
        .map((part, index) => `Part ${index + 1}\n${part}`)
        .join("\n");
    case "paragraphs":
      return parts(2).join(plan.envelope === "json" ? " *** " : "\n***\n");
    default:
      return parts(plan.arrangement.bullets)
        .map((part) => `- ${part}`)
        .join("\n");
  }
}

function wrap(text: string, plan: Plan): string {
  switch (plan.envelope) {
    case "none":
      return text;
    case "quotes":
      return `"${text}"`;
    case "json":
      return `{"story": ${JSON.stringify(text)}}`;
  }
}

function inLetters(text: string, plan: Plan): string {
  switch (plan.letters) {
    case "mixed":
      return text;
    case "lower":
      return text.toLowerCase();
    case "upper":
      return text.toUpperCase();
  }
}
