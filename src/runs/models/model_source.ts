import { HerlError } from "../../errors";

/** Where a model file is to be had on the network. */
export interface ModelSource {
  readonly url: string;
  /** What people call it: the file's name. */
  readonly name: string;
}

/** Hugging Face's host; files of a repository are at OWNER/REPO/resolve/REVISION/FILE. */
export const hub = "https://huggingface.co";

/**
 * What a user may write for a model: the address of a .gguf file, or a file on Hugging Face as `owner/repo/file.gguf`
 * (folders in between may be part of the repository's path), or the address of its page there. Throws MODEL_SOURCE for
 * anything else.
 */
export function modelSource(text: string): ModelSource {
  const wanted = text.trim();
  if (/^https?:\/\//i.test(wanted)) return fromAddress(wanted);
  const [owner, repository, ...path] = wanted.replace(/^hf:(\/\/)?/, "").split("/");
  const parts = [owner, repository, ...path];
  if (path.length === 0 || parts.some((part) => !/^[\w.-]+$/.test(part) || /^\.+$/.test(part)))
    throw unclear(wanted);
  return checked(`${hub}/${owner}/${repository}/resolve/main/${path.join("/")}`, wanted);
}

function fromAddress(wanted: string): ModelSource {
  let url: URL;
  try {
    url = new URL(wanted);
  } catch {
    throw unclear(wanted);
  }
  if (url.username || url.password) {
    throw new HerlError(
      "MODEL_SOURCE",
      "The address has a name or a password in it, which would be stored with the model",
      "Give the address without it, or download the file and open it",
    );
  }
  // The page of a file is what people copy; the file itself is beside it.
  if (url.origin === hub) url.pathname = url.pathname.replace(/^(\/[^/]+\/[^/]+)\/blob\//, "$1/resolve/");
  url.hash = "";
  return checked(url.href, wanted);
}

function checked(url: string, wanted: string): ModelSource {
  const name = decodeURIComponent(new URL(url).pathname.split("/").at(-1)!);
  if (!/\.gguf$/i.test(name)) throw unclear(wanted);
  return { url, name };
}

const unclear = (wanted: string) =>
  new HerlError(
    "MODEL_SOURCE",
    `“${wanted.slice(0, 200)}” names no model file`,
    "Give the address of a .gguf file, or owner/repository/file.gguf on Hugging Face",
  );
