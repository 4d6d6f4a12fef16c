/** What tsc says about notebooks (sources by file name), a line each: `notebooks/NAME.html:LINE: message`. */
export function check(notebooks: Readonly<Record<string, string>>): string[];
/** The notebooks of the project, by file name. */
export function notebooks(): Record<string, string>;
