import type { RunConfig } from "../../runs/config";
import type { App } from "../state/app.svelte";

/** The configuration of the update on screen, which may be one of a stored run. */
export const labConfig = ({ lab, run, config }: App): RunConfig =>
  lab.origin?.config ?? run.run?.config ?? config;
