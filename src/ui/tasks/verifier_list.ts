import * as z from "../../zod";
import type { VerifierRegistry } from "../../rubric/verifiers/registry";
import type { Kwargs, Verifier } from "../../rubric/verifiers/verifier";

/** One parameter of a verifier, as a form asks for it. */
export interface KwargField {
  readonly name: string;
  /** `texts`: several, one a line. `flag`: true or left out. `json`: whatever no simple field can hold. */
  readonly kind: "integer" | "number" | "text" | "texts" | "choice" | "flag" | "json";
  readonly isNeeded: boolean;
  readonly choices: readonly string[];
}

/** A verifier as the editor knows it: plain data. */
export interface VerifierInfo {
  readonly id: string;
  readonly fields: readonly KwargField[];
  /** Parameters to start from. */
  readonly example: Kwargs;
  /** Its rule in words, for the example; null where the example does not do. */
  readonly sentence: string | null;
}

interface FieldSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly pattern?: string;
  readonly items?: FieldSchema;
}

/** Every verifier of a registry, by id. */
export const verifierList = (registry: VerifierRegistry): VerifierInfo[] =>
  [...registry.values()].map(verifierInfo).sort((a, b) => (a.id < b.id ? -1 : 1));

function verifierInfo(verifier: Verifier): VerifierInfo {
  const { properties = {}, required = [] } = z.toJSONSchema(verifier.parameters, { io: "input" }) as {
    properties?: Record<string, FieldSchema>;
    required?: string[];
  };
  const fields = Object.entries(properties).map(([name, schema]) => ({
    ...{ name, kind: kindOf(schema), choices: schema.enum ?? [] },
    isNeeded: required.includes(name),
  }));
  const example = Object.fromEntries(required.map((name) => [name, exampleOf(name, properties[name])]));
  return { id: verifier.id, fields, example, sentence: describe(verifier, example) };
}

/** A verifier's rule in words; null for parameters that it rejects. */
export const describe = (verifier: Verifier, kwargs: Kwargs): string | null =>
  verifier.validateKwargs(kwargs) === null ? verifier.describe(kwargs) : null;

function kindOf({ type, enum: choices, const: only, items }: FieldSchema): KwargField["kind"] {
  if (choices) return "choice";
  if (only === true) return "flag";
  if (type === "integer" || type === "number") return type;
  if (type === "string") return "text";
  return type === "array" && items?.type === "string" ? "texts" : "json";
}

/** Where the first value that fits would be a poor start. */
const starts: Readonly<Record<string, unknown>> = {
  language: "en",
  num_words: 50,
  max_words: 100,
  percentage: 50,
  postscript_marker: "P.S.",
  section_spliter: "Section",
  relation: "at least",
};

function exampleOf(name: string, schema: FieldSchema): unknown {
  if (name in starts) return starts[name];
  switch (kindOf(schema)) {
    case "choice":
      return schema.enum![0];
    case "flag":
      return true;
    case "integer":
    case "number":
      return Math.max(schema.minimum ?? 0, 3);
    case "texts":
      return ["word"];
    default:
      return schema.pattern ? ["a", "A"].find((text) => new RegExp(schema.pattern!).test(text)) : "word";
  }
}

/** A parameter as its field shows it. */
export function shownValue({ kind }: KwargField, value: unknown): string {
  if (value === undefined || value === null) return "";
  if (kind === "texts" && Array.isArray(value)) return value.join("\n");
  if (kind === "json") return JSON.stringify(value);
  return String(value);
}

/** What a field's text says; undefined leaves the parameter out. What cannot be read stays text, to be told. */
export function readValue({ kind }: KwargField, text: string): unknown {
  if (kind === "texts") {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    return lines.length === 0 ? undefined : lines;
  }
  if (text === "") return undefined;
  if (kind === "flag") return text === "true" ? true : undefined;
  if (kind === "integer" || kind === "number") return Number.isFinite(Number(text)) ? Number(text) : text;
  if (kind === "json") return parsed(text);
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
