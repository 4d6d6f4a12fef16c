import { rowLogprobs } from "../../worlds/toy/enumerate";
import type { App } from "../state/app.svelte";
import { tokenLabel } from "../text/token_pieces";
import type { NextToken } from "./distribution";
import { firstSettings, startOf, toyOf } from "./toy_settings";

/** The place that the inspector looks at in the running model; the start of the toy's responses before there is one. */
export function nextTokenOf(app: App): NextToken {
  const shown = app.inspector.shown?.inspection;
  const vocabulary = app.figures.run?.model.vocabulary;
  if (!shown || !vocabulary || shown.before.length !== vocabulary.length) return toyStart();
  const { source, index, token } = shown.reference;
  const where = source === "rollout" ? `response ${index + 1}` : "the revision";
  return {
    logprobs: shown.before,
    sampled: shown.sampled,
    label: (id) => tokenLabel(vocabulary[id] ?? "", 16),
    origin: `the running model, update ${shown.step}, token ${token + 1} of ${where}`,
  };
}

function toyStart(): NextToken {
  const toy = toyOf(firstSettings);
  const { logprobs } = rowLogprobs(toy, startOf(toy, firstSettings.seed));
  return {
    logprobs: logprobs.slice(0, toy.vocab),
    sampled: 1,
    label: (id) => (id === 0 ? "end" : toy.letters[id - 1]),
    origin: "the toy's first token",
  };
}
