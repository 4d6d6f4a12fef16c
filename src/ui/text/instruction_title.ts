import type { TaskView } from "../../runs/protocol";

/** An instruction's title: its first line, or all lines of a problem in several steps, whose rubric does not repeat them. */
export const instructionTitle = ({ id, prompt }: TaskView["task"]): string =>
  id.startsWith("steps:") ? prompt.replaceAll("\n", " \u00b7 ") : prompt.split("\n")[0];
