// Prints the pocket texts of `sentenceTexts` as one JSON array: the input of record_punkt.py.
import { runnerImport } from "vite";

const { module } = await runnerImport("./src/worlds/pocket/testing/renderings.ts");
process.stdout.write(JSON.stringify(module.sentenceTexts()));
