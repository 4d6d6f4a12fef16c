import type { BroughtFile } from "../../runs/run_files";

/** More files than the largest folder of runs has. */
const mostFiles = 5000;

/** What a folder picker or a file picker chose. */
export const chosenFiles = (files: FileList): BroughtFile[] =>
  [...files].slice(0, mostFiles).map((file) => ({ path: file.webkitRelativePath || file.name, file }));

/** What was dropped: files, and everything inside folders. */
export async function droppedFiles({ items, files }: DataTransfer): Promise<BroughtFile[]> {
  // The list of items is emptied when the event is over: entries are taken at once.
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return chosenFiles(files);
  const found: BroughtFile[] = [];
  for (const entry of entries) await collect(entry, found);
  return found;
}

async function collect(entry: FileSystemEntry, found: BroughtFile[]): Promise<void> {
  if (found.length >= mostFiles) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    found.push({ path: entry.fullPath.replace(/^\//, ""), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives a folder in parts, and an empty part at its end.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (part.length === 0) return;
    for (const inner of part) await collect(inner, found);
  }
}
