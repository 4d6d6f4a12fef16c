import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { HerlError } from "../errors";

export { toLines } from "../runs/lines";

/** A file's bytes. Throws FILE_MISSING. */
export function readBytes(path: string): Uint8Array {
  try {
    // A plain array: the methods of Node's Buffer share memory where those of Uint8Array copy.
    const { buffer, byteOffset, byteLength } = readFileSync(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (cause) {
    throw new HerlError("FILE_MISSING", `${path} cannot be read`, "Check the path", { cause });
  }
}

export const readText = (path: string): string => new TextDecoder().decode(readBytes(path));

/** The records of a JSON Lines file; empty lines are skipped. Throws FILE_FORMAT naming the line. */
export function readLines<T = Record<string, unknown>>(path: string): T[] {
  return readText(path)
    .split("\n")
    .flatMap((line, i): T[] => {
      if (line.trim() === "") return [];
      try {
        return [JSON.parse(line) as T];
      } catch {
        throw new HerlError(
          "FILE_FORMAT",
          `${path}, line ${i + 1} is not JSON`,
          "Write one JSON object a line",
        );
      }
    });
}

export function writeBytes(path: string, data: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
}
