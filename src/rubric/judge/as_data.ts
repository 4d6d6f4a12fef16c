/** What chat templates put between messages; many servers read it as such in a message's text too. */
const controlTokens =
  /<[|｜]|[|｜]>|<<\/?SYS>>|<(?=\/?(?:s|bos|eos|pad|unk|think|start_of_turn|end_of_turn|tool_call|tool_response)>)|\[(?=\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\])/gi;

/** Runs that could be taken for our own boundaries. */
const boundaries = /<{3,}|>{3,}/g;

const lookAlikes: Readonly<Record<string, string>> = { "<": "‹", ">": "›", "[": "［" };
const disarm = (mark: string) => mark.replace(/[<>[]/g, (sign) => lookAlikes[sign]);

/**
 * A text from outside as a prompt may hold it: nothing in it reads as a boundary of ours or as a control token of a
 * chat template (look-alikes take their place), and it is well-formed, without NUL.
 */
export const asData = (text: string): string =>
  text.toWellFormed().replaceAll("\0", "\uFFFD").replace(boundaries, disarm).replace(controlTokens, disarm);
