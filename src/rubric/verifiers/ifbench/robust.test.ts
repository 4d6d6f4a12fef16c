import { expect, test } from "vitest";
import examples from "../fixtures/kwargs_examples.json";
import type { Kwargs } from "../verifier";
import { ifbenchVerifiers } from "./ifbench";

/** A megabyte each of what these rules and tokenizers could stumble over; `../robust.test.ts` tries what others could. */
const units = ["(", "'", ". ", "dr. ", ":,", "\n ", "Question 1"];

const cpuSeconds = (): number => process.cpuUsage().user / 1e6;

test.each(ifbenchVerifiers)("$id takes linear time", (verifier) => {
  const kwargs = (examples as Record<string, Kwargs>)[verifier.id];
  for (const unit of units) {
    const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
    const start = cpuSeconds();
    expect(verifier.check(`a${text}b`, kwargs)).toBeTypeOf("boolean");
    expect(cpuSeconds() - start, JSON.stringify(unit)).toBeLessThan(2);
  }
});
