/** Where something is computed: a file of this repository, and a name that is defined in it. */
export type Source = readonly [path: string, name: string];

/** What has a formula on screen: who computes it on the host, and what does on the device, where a kernel does. */
export interface ComputedBy {
  readonly source: readonly Source[];
  readonly kernel: readonly Source[];
}

/** Lines of a file, counted from 1, both ends included. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** Words before a name that say that it is defined here: TypeScript, AssemblyScript and WGSL. */
const declared = "(?:export )?(?:abstract )?(?:async )?(?:function\\*?|class|interface|type|const|let|fn)";
/** A method of a class or an interface. */
const method = "(?:readonly )?(?:async )?\\*?";

/**
 * The lines of a definition: from the one that names it to the bracket that closes it, as the indentation says. A
 * declaration goes before a method of the same name. Null where the text defines no such name.
 */
export function definitionOf(text: string, name: string): LineRange | null {
  const lines = text.split("\n");
  const find = (pattern: string) => lines.findIndex((line) => new RegExp(pattern).test(line));
  const declaration = find(`^\\s*${declared} ${name}\\b`);
  const at = declaration < 0 ? find(`^\\s+${method}${name}[(<]`) : declaration;
  if (at < 0) return null;
  const depth = indent(lines[at]);
  let last = at;
  for (let i = at + 1; i < lines.length; i++) {
    const line = lines[i];
    if (line.trim() === "") continue;
    const isWithin = indent(line) > depth || (indent(line) === depth && /^\s*[)}\]]/.test(line));
    if (!isWithin) break;
    last = i;
  }
  return { first: at + 1, last: last + 1 };
}

const indent = (line: string): number => line.length - line.trimStart().length;
