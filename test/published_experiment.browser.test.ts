/** A unit of a published experiment, trained in a browser: the digest that it had in Node. */
import { expect, test } from "vitest";
import { published, repeatSample } from "./published";

test("a unit of `tuning` gives its digest", async (context) => {
  const repeated = await repeatSample(await published("tuning"));
  if (!repeated) return context.skip("not run yet");
  expect(repeated.digest).toBe(repeated.expected);
}, 240_000);
