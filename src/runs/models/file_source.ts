import { HerlError } from "../../errors";
import type { ByteSource } from "../../policy/gguf/byte_source";

/** Workers have it; the types of pages do not. */
declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

/** A file of the browser's, read piece by piece in a worker. Reading throws FILE_MISSING once the file is gone. */
export const fileSource = (file: File): ByteSource => ({
  size: file.size,
  read(offset, length) {
    try {
      return new Uint8Array(new FileReaderSync().readAsArrayBuffer(file.slice(offset, offset + length)));
    } catch (cause) {
      throw new HerlError(
        "FILE_MISSING",
        `${file.name} cannot be read any more`,
        "Fetch the model again, or open its file",
        { cause },
      );
    }
  },
});
