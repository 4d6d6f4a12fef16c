import { createHash } from "node:crypto";
import { fstatSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { HerlError } from "../errors";
import type { ByteSource } from "../policy/gguf/byte_source";

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

/** A file that is read piece by piece, open as long as the process lives. Throws FILE_MISSING. */
export function openSource(path: string): ByteSource {
  try {
    const file = openSync(path, "r");
    return {
      size: fstatSync(file).size,
      read(offset, length) {
        const bytes = new Uint8Array(length);
        let done = 0;
        for (let count = -1; done < length && count !== 0; done += count)
          count = readSync(file, bytes, done, length - done, offset + done);
        if (done < length) throw new HerlError("FILE_MISSING", `${path} has become shorter`, "Get it again");
        return bytes;
      },
    };
  } catch (cause) {
    throw new HerlError("FILE_MISSING", `${path} cannot be read`, "Check the path", { cause });
  }
}

/** SHA-256 of a source, in hexadecimal. */
export function sha256Of({ size, read }: ByteSource): string {
  const hash = createHash("sha256");
  const piece = 4_194_304;
  for (let at = 0; at < size; at += piece) hash.update(read(at, Math.min(piece, size - at)));
  return hash.digest("hex");
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
