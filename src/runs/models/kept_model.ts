import type { KeptModelFile } from "../open_run";
import { fileSource } from "./file_source";
import { ModelFiles } from "./model_files";

/** A model that this browser keeps, to be read in a worker. Throws FILE_MISSING and STORE_REFUSED. */
export async function keptModel(name: string, sha256?: string): Promise<KeptModelFile> {
  const { model, file } = await (await ModelFiles.open()).find(name, sha256);
  return { source: fileSource(file), sha256: model.sha256 };
}
