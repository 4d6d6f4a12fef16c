#!/usr/bin/env node
// Bundles the command line if a source has changed since the last time, and runs it.
import { bundle } from "../tools/bundle.mjs";

await import(await bundle("src/cli/main.ts"));
