import * as z from "../zod";
import { HerlError } from "../errors";
import { parseConfig, runConfigSchema, type RunConfig } from "./config";

/** One leaf of the configuration, as flags, forms and documentation need it. */
export interface Setting {
  /** For instance `hindsight.gamma`. */
  readonly key: string;
  readonly description: string;
  readonly kind: "number" | "integer" | "boolean" | "choice" | "choices" | "text";
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly default: unknown;
}

/** Every setting, in the order of the schema. */
export const settings: readonly Setting[] = collect(runConfigSchema, "");

/** From the schema itself: by way of a JSON Schema, the page would load twice as much of zod. */
function collect(schema: z.core.$ZodObject, path: string): Setting[] {
  return Object.entries(schema._zod.def.shape).flatMap(([name, field]) => {
    const key = path ? `${path}.${name}` : name;
    const { def } = (field as z.core.$ZodTypes)._zod;
    if (def.type === "prefault") return collect(def.innerType as z.core.$ZodObject, key);
    if (def.type !== "default") throw new Error(`the setting ${key} has no default`);
    const { description = "" } = z.globalRegistry.get(field) ?? {};
    return [{ key, description, ...valuesOf(def.innerType), default: def.defaultValue }];
  });
}

function valuesOf(schema: z.core.$ZodType): Pick<Setting, "kind" | "choices" | "min" | "max"> {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "number":
      return {
        kind: "format" in def ? "integer" : "number",
        min: boundOf(def, "greater_than"),
        max: boundOf(def, "less_than"),
      };
    case "enum":
      return { kind: "choice", choices: namesOf(schema) };
    case "array":
      return { kind: "choices", choices: namesOf(def.element) };
    default:
      return { kind: def.type === "boolean" ? "boolean" : "text" };
  }
}

function boundOf(
  { checks = [] }: z.core.$ZodNumberDef,
  side: "greater_than" | "less_than",
): number | undefined {
  const found = checks
    .map(({ _zod: { def } }) => def as z.core.$ZodCheckGreaterThanDef)
    .find(({ check }) => check === side);
  return found?.value as number | undefined;
}

function namesOf(schema: z.core.$ZodType): string[] {
  return Object.values((schema as z.core.$ZodEnum)._zod.def.entries).map(String);
}

/** The value of a setting in a configuration. */
export function getSetting(config: RunConfig, key: string): unknown {
  return key.split(".").reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], config);
}

/** A copy of `input` with one setting changed. Throws CONFIG_KEY for a key that does not exist. */
export function withSetting<T extends object>(input: T, key: string, value: unknown): T {
  if (!settings.some((setting) => setting.key === key)) {
    const near = settings.filter((s) => s.key.endsWith(`.${key}`)).map((s) => s.key);
    throw new HerlError(
      "CONFIG_KEY",
      `There is no setting called ${key}`,
      near.length > 0 ? `Did you mean ${near.join(" or ")}` : "See `herl train --help` for all of them",
    );
  }
  const [name, ...rest] = key.split(".");
  if (rest.length === 0) return { ...input, [name]: value };
  const inner = ((input as Record<string, unknown>)[name] ?? {}) as Record<string, unknown>;
  return { ...input, [name]: { ...inner, [rest.join(".")]: value } };
}

/** Reads a setting's text, from a flag or a URL. Lists are separated by commas. Throws CONFIG_INVALID. */
export function parseSetting(key: string, text: string): unknown {
  const setting = settings.find((s) => s.key === key);
  switch (setting?.kind) {
    case "number":
    case "integer": {
      const value = Number(text);
      if (text.trim() !== "" && Number.isFinite(value)) return value;
      throw new HerlError(
        "CONFIG_INVALID",
        `The setting ${key} is a number, not "${text}"`,
        "Write a number",
      );
    }
    case "boolean":
      if (text === "true" || text === "false") return text === "true";
      throw new HerlError(
        "CONFIG_INVALID",
        `The setting ${key} is true or false, not "${text}"`,
        "Write true or false",
      );
    case "choices":
      return text.split(",").map((choice) => choice.trim());
    default:
      return text;
  }
}

/** A configuration with settings changed, given as text. Throws CONFIG_KEY or CONFIG_INVALID. */
export const withSettings = (
  config: RunConfig,
  changes: readonly (readonly [key: string, text: string])[],
): RunConfig =>
  parseConfig(
    changes.reduce(
      (input, [key, text]) => withSetting(input, key, parseSetting(key, text)),
      config as object,
    ),
  );

/**
 * The settings in which `config` differs from `base`, as text: for a URL, and to name runs by what sets them apart.
 * One that `config` lacks, recorded before the setting was there, is no difference.
 */
export function configDifferences(config: RunConfig, base: RunConfig): [key: string, value: string][] {
  return settings.flatMap(({ key }): [string, string][] => {
    const [value, other] = [getSetting(config, key), getSetting(base, key)];
    const isSame = value === undefined || JSON.stringify(value) === JSON.stringify(other);
    return isSame ? [] : [[key, String(value)]];
  });
}
