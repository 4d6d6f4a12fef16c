import type { ChatCodec } from "../../policy/policy";
import type { Learner } from "../../herl/learner";
import type { Task } from "../../rubric/schema";
import { lettersOf, toyRubric, toyVerdicts, type Toy } from "./toy";
import { answerId, instructionId, itemId } from "./tokens";
import { ToyPolicy } from "./toy_policy";

/** The one instruction of a toy, with its rubric. */
export const toyTask = ({ items }: Toy): Task => ({
  id: "toy",
  prompt: "write",
  rubric: toyRubric(items),
});

/** "write", letters, and "missing 0 2": the messages of the toy as tokens. */
function toyCodec(toy: Toy): ChatCodec {
  return {
    encode: (messages) => [
      ...messages.flatMap(({ role, content }) => {
        if (role === "assistant") return [...content].map((letter) => toy.letters.indexOf(letter) + 1);
        const [word, ...named] = content.split(" ");
        return word === "write" ? [instructionId(toy)] : named.map((item) => itemId(toy, Number(item)));
      }),
      answerId(toy),
    ],
    encodeResponse: (text) => [...text].map((letter) => toy.letters.indexOf(letter) + 1),
    decode: (ids) => lettersOf(toy.letters, ids),
  };
}

export interface ToyLearner extends Learner {
  readonly policy: ToyPolicy;
}

/** What `trainStep` needs to run on a toy. `theta`: [vocab, vocab], where the policy starts. */
export function toyLearner(toy: Toy, theta: ArrayLike<number>): ToyLearner {
  return {
    policy: new ToyPolicy(toy, theta),
    codec: toyCodec(toy),
    grader: {
      async grade(_task, response, signal) {
        signal?.throwIfAborted();
        return toyVerdicts(toy.items.map(({ meets }) => meets(response)));
      },
    },
    revisionMessages: (task, draft, verdicts) => [
      { role: "user", content: task.prompt },
      { role: "assistant", content: draft },
      {
        role: "user",
        content: ["missing", ...verdicts.flatMap(({ status }, i) => (status === "unmet" ? [i] : []))].join(
          " ",
        ),
      },
    ],
    scaffoldMessages: (task, items) => [
      { role: "user", content: task.prompt },
      { role: "user", content: ["missing", ...items].join(" ") },
    ],
  };
}
