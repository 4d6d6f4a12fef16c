import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { sourceText } from "../source_files";
import { definitionOf, type Source } from "../sources";

const root = join(import.meta.dirname, "../../../..");

/** Each file is there, the page can show it, and it defines the name. */
export async function expectDefined(sources: readonly Source[]): Promise<void> {
  for (const [path, name] of sources) {
    expect(existsSync(join(root, path)), path).toBe(true);
    const text = readFileSync(join(root, path), "utf8");
    expect(definitionOf(text, name), `${name} in ${path}`).not.toBeNull();
    expect(await sourceText(path), `${path} is not among the files of the page`).toBe(text);
  }
}
