/** One record of each kind of task file, for tests. */
export const ifeval = {
  key: 1000,
  prompt: "Write.",
  instruction_id_list: ["punctuation:no_comma"],
  kwargs: [{}],
};
export const own = { key: "a", prompt: "Explain.", rubric: [{ text: "Names a dose." }] };
export const muldimif = {
  id: "7",
  conversations: [{ role: "user", content: "Tell me." }],
  constraints: [["Length", "Words", "The response must contain no more than 150 words"]],
};
export const health = {
  prompt_id: "h",
  prompt: [{ role: "user", content: "I cough." }],
  rubrics: [
    { criterion: "Asks how long.", points: 7, tags: ["level:example"] },
    { criterion: "States that it is nothing.", points: -5, tags: [] },
  ],
};

/** Records as JSON Lines; text stands as it is. */
export const lines = (...records: unknown[]) =>
  records.map((record) => (typeof record === "string" ? record : JSON.stringify(record))).join("\n");
