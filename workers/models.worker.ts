/** The thread that fetches, copies and looks at model files: hashing hundreds of megabytes is in nobody's way there. */
import { expose } from "comlink";
import { modelCommands } from "../src/runs/models/model_commands";
import { keepErrorCodes } from "./thread_errors";

keepErrorCodes();
expose(modelCommands());
