/** A name that moves or changes must be found again, or what is on screen links to nothing. */
import { describe, expect, test } from "vitest";
import { formulaSources } from "../theory/formula_sources";
import { definitionOf } from "./sources";
import { expectDefined } from "./testing/expect_defined";

const code = `import { a } from "./a";

/** What it does. */
export function first(
  text: string,
): string {
  if (text) {
    return first2(text);
  }

  return "";
}

const first2 = (text: string) =>
  text.trim();
export const third = 3;

export interface Thing {
  /** Does it. */
  make(text: string): void;
  readonly size: number;
}

class Machine {
  async make(): Promise<void> {
    await first();
  }

  private *each(): Generator {}
}
`;

describe("a definition", () => {
  test.each([
    ["first", 4, 12],
    ["first2", 14, 15],
    ["third", 16, 16],
    ["Thing", 18, 22],
    ["make", 20, 20],
    ["Machine", 24, 30],
  ])("%s goes from line %i to %i", (name, first, last) => {
    expect(definitionOf(code, name)).toEqual({ first, last });
  });

  test("what is only used, or begins with the same letters, is none", () => {
    expect(definitionOf(code, "fir")).toBeNull();
    expect(definitionOf(code, "text")).toBeNull();
    expect(definitionOf(code, "trim")).toBeNull();
  });

  test("of a shader: attributes stand above", () => {
    const shader =
      "@compute @workgroup_size(64)\nfn main(@builtin(global_invocation_id) id: vec3u) {\n  x = 1;\n}\n";
    expect(definitionOf(shader, "main")).toEqual({ first: 2, last: 4 });
  });
});

test.each(Object.entries(formulaSources))("the formula of %s: what computes it is there", async (_, by) => {
  expect(by.source.length).toBeGreaterThan(0);
  await expectDefined([...by.source, ...by.kernel]);
});
