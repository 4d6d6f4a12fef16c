import { strFromU8, unzipSync } from "fflate";
import { HerlError } from "../errors";
import type { FileProblem, RunTexts } from "./import_run";

/** A file as it was dropped or chosen, with its path inside the folder that was. */
export interface BroughtFile {
  readonly path: string;
  readonly file: Blob;
}

/** Of each file, the most bytes that are taken into memory. */
const mostBytes: Readonly<Record<string, number>> = {
  "manifest.json": 4e6,
  "metrics.jsonl": 256e6,
  "eval.jsonl": 64e6,
  "digest.txt": 200,
};
const mostZipBytes = 1e9;
const mostRuns = 64;

const nameIn = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));
const isWanted = (path: string): boolean => Object.hasOwn(mostBytes, nameIn(path));

/**
 * The runs among files: every folder that has a `manifest.json`, and every `.zip` as the page exports it. Only the files
 * that curves are drawn from are read. Throws FILE_FORMAT where there is no run at all, or too many.
 */
export async function runsAmong(
  files: readonly BroughtFile[],
): Promise<{ readonly runs: readonly RunTexts[]; readonly problems: readonly FileProblem[] }> {
  const problems: FileProblem[] = [];
  const texts = new Map<string, Map<string, string>>();
  const put = (path: string, text: string) => {
    const folder = folderOf(path);
    if (!texts.has(folder)) texts.set(folder, new Map());
    texts.get(folder)!.set(nameIn(path), text);
  };
  for (const { path, file } of files) {
    if (/\.zip$/i.test(path)) {
      if (file.size > mostZipBytes) problems.push(tooLarge(path, file.size));
      else for (const [inner, text] of await unzipped(path, file, problems)) put(`${path}/${inner}`, text);
    } else if (isWanted(path)) {
      if (file.size > mostBytes[nameIn(path)]) problems.push(tooLarge(path, file.size));
      else put(path, await file.text());
    }
  }
  const runs = [...texts].flatMap(([folder, of]): RunTexts[] =>
    of.has("manifest.json") ? [runTexts(folder, of)] : [],
  );
  if (runs.length > mostRuns)
    throw new HerlError(
      "FILE_FORMAT",
      `These are ${runs.length} runs, and ${mostRuns} are taken at once`,
      "Choose fewer",
    );
  if (runs.length === 0 && problems.length === 0)
    throw new HerlError(
      "FILE_FORMAT",
      "There is no run: no folder with a manifest.json, and no .zip that holds one",
      "Choose a folder that `herl train --out` wrote, or a .zip that this page exported",
    );
  return { runs, problems };
}

const runTexts = (folder: string, of: ReadonlyMap<string, string>): RunTexts => ({
  name: folder || "run",
  manifest: of.get("manifest.json") ?? "",
  metrics: of.get("metrics.jsonl") ?? "",
  evaluations: of.get("eval.jsonl") ?? "",
  digest: of.get("digest.txt") ?? null,
});

/** The wanted files of a zip. A file that says that it is larger than is taken is not unpacked. */
async function unzipped(
  path: string,
  file: Blob,
  problems: FileProblem[],
): Promise<readonly (readonly [string, string])[]> {
  try {
    const files = unzipSync(new Uint8Array(await file.arrayBuffer()), {
      filter({ name, originalSize }) {
        if (!isWanted(name)) return false;
        if (originalSize <= mostBytes[nameIn(name)]) return true;
        problems.push(tooLarge(`${path}/${name}`, originalSize));
        return false;
      },
    });
    return Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)]);
  } catch {
    const cure = "Export the run again";
    problems.push({ file: path, line: 0, what: "It is no .zip, or a damaged one", cure });
    return [];
  }
}

const tooLarge = (file: string, size: number): FileProblem => ({
  ...{ file, line: 0 },
  what: `It has ${Math.round(size / 1e6)} MB, more than a page should take`,
  cure: "Look at the run with `herl` instead",
});
