/** Toys drawn at random, for properties that hold on all of them. */
import type { RandomStream } from "../../../kernels/random/random";
import { beginsWith, contains, endsWith } from "../items";
import { createToy, type Toy } from "../toy";

/** Two or three letters, two to four tokens, one to four items with weights in (0, 3], κ in [0, 4). */
export function randomToy(stream: RandomStream): Toy {
  const letters = "abc".slice(0, 2 + stream.integer(2));
  const some = () => Array.from({ length: 1 + stream.integer(2) }, () => stream.pick([...letters])).join("");
  const items = Array.from({ length: 1 + stream.integer(4) }, () =>
    stream.pick([beginsWith, contains, endsWith])(some(), 3 * (1 - stream.unit())),
  );
  return createToy({ letters, maxTokens: 2 + stream.integer(3), items, kappa: 4 * stream.unit() });
}

/** Parameters with a standard deviation of `scale`, in single precision, as a policy holds them. */
export const randomTheta = ({ parameterCount }: Toy, stream: RandomStream, scale = 1): Float32Array =>
  Float32Array.from({ length: parameterCount }, () => scale * stream.normal());

/** Any subset of the items that is not empty. */
export function randomNamed({ items }: Toy, stream: RandomStream): number[] {
  const named = items.flatMap((_, j) => (stream.chance(0.5) ? [j] : []));
  return named.length > 0 ? named : [stream.integer(items.length)];
}
