import { parseArgs, type ParseArgsConfig } from "node:util";

/** Wrong usage of the command line: exit status 2. */
export class UsageError extends Error {}

export interface Option {
  readonly type: "string" | "boolean";
  readonly multiple?: boolean;
  readonly default?: string;
  readonly description: string;
  /** Shown in help, for instance "FILE". */
  readonly value?: string;
  readonly required?: boolean;
}

export type Values = Record<string, string | boolean | string[] | undefined>;

/** A subcommand: what it takes, what it does, and what its help says. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Names of positional arguments; one in brackets may be left out. */
  readonly positionals?: readonly string[];
  readonly options: Readonly<Record<string, Option>>;
  /** Lines after the options, in help. */
  readonly notes?: () => string;
  run(values: Values, positionals: readonly string[]): Promise<void>;
}

/** Reads a command's arguments. Throws UsageError. */
export function readArguments(
  command: Command,
  args: readonly string[],
): { values: Values; positionals: string[] } {
  const options: ParseArgsConfig["options"] = { help: { type: "boolean" } };
  for (const [name, { type, multiple = false, default: preset }] of Object.entries(command.options)) {
    options[name] = {
      type,
      multiple,
      ...(preset !== undefined && { default: multiple ? [preset] : preset }),
    } as never;
  }
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { values, positionals } = parsed as { values: Values; positionals: string[] };
  if (values["help"]) return { values, positionals };
  for (const [name, { required }] of Object.entries(command.options))
    if (required && values[name] === undefined) throw new UsageError(`--${name} is missing`);
  const names = command.positionals ?? [];
  const required = names.filter((name) => !name.startsWith("["));
  if (positionals.length < required.length || positionals.length > names.length)
    throw new UsageError(names.length === 0 ? `unexpected ${positionals[0]}` : `expected ${names.join(" ")}`);
  return { values, positionals };
}

/** A whole number from a flag. */
export function integer(values: Values, name: string, { min = 0 } = {}): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < min)
    throw new UsageError(`--${name} must be a whole number of at least ${min}`);
  return value;
}

/** A number from 0 to 1. */
export function share(values: Values, name: string): number {
  const value = Number(values[name]);
  if (!(value >= 0 && value <= 1)) throw new UsageError(`--${name} must be a number from 0 to 1`);
  return value;
}

export function decimal(values: Values, name: string): number {
  const value = Number(values[name]);
  if (!Number.isFinite(value) || value < 0) throw new UsageError(`--${name} must be a number of at least 0`);
  return value;
}

export const text = (values: Values, name: string): string | undefined => values[name] as string | undefined;

/** `herl COMMAND --help`. */
export function helpOf({ name, summary, positionals = [], options, notes }: Command): string {
  const rows = Object.entries({
    ...options,
    help: { type: "boolean", description: "Show this" } as Option,
  }).map(
    ([
      option,
      { type, value = type === "string" ? "VALUE" : "", description, default: preset, required },
    ]) => {
      const hint = required ? " (required)" : preset !== undefined ? ` (default ${preset})` : "";
      return [`  --${option} ${value}`, `${description}${hint}`] as const;
    },
  );
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    `Usage: herl ${[name, ...positionals, "[options]"].join(" ")}`,
    "",
    summary,
    "",
    ...rows.map(([left, right]) => left.padEnd(width) + right),
    ...(notes ? ["", notes()] : []),
  ].join("\n");
}
