import * as z from "../../zod";
import { describeIssue } from "../rubric_record";
import { isBlank } from "../text/python_text";

/** A verifier's parameters as a rubric carries them, before they are checked. */
export type Kwargs = Readonly<Record<string, unknown>>;

/** A rule that code decides exactly. */
export interface Verifier {
  /** The published id, for instance "keywords:existence". */
  readonly id: string;
  /** Its parameters, for a form that asks for them. */
  readonly parameters: z.ZodMiniObject;
  /** What is wrong with the parameters, naming the field; null when nothing is. */
  validateKwargs(kwargs: Kwargs): string | null;
  /**
   * Whether the response follows the rule, in the *strict* sense of IFEval (the raw text, and a blank response
   * follows nothing; MulDimIF's rules decide blank ones too). Any string is fine, lone surrogates included, and the time is linear in its length. Throws on
   * parameters that `validateKwargs` rejects.
   */
  check(response: string, kwargs: Kwargs): boolean;
  /** The rule as one English sentence, for a rubric's item. Throws as `check` does. */
  describe(kwargs: Kwargs): string;
}

interface Definition<Shape extends z.core.$ZodShape> {
  readonly id: string;
  readonly kwargs: Shape;
  /** The rule decides a blank response too; IFEval's and IFBench's all fail it. */
  readonly decidesBlank?: boolean;
  describe(kwargs: z.infer<z.ZodMiniObject<Shape>>): string;
  follows(response: string, kwargs: z.infer<z.ZodMiniObject<Shape>>): boolean;
}

/** A verifier from its id, its parameters' schema, its wording and its rule. */
export function defineVerifier<Shape extends z.core.$ZodShape>(definition: Definition<Shape>): Verifier {
  const schema = z.strictObject(definition.kwargs);
  return {
    id: definition.id,
    parameters: schema,
    validateKwargs(kwargs) {
      const parsed = schema.safeParse(kwargs);
      return parsed.success ? null : describeIssue(parsed.error);
    },
    check: (response, kwargs) =>
      (definition.decidesBlank === true || !isBlank(response)) &&
      definition.follows(response, schema.parse(kwargs)),
    describe: (kwargs) => definition.describe(schema.parse(kwargs)),
  };
}

/** The two relations that the published parameters use. */
export const relation = z.enum(["less than", "at least"]);

/** A count that the parameters ask for. */
export const count = z.int().check(z.minimum(0));

/** Text that is searched for: never empty, since the empty text is everywhere. */
export const phrase = z.string().check(z.minLength(1));

export const holds = (value: number, how: z.infer<typeof relation>, bound: number): boolean =>
  how === "less than" ? value < bound : value >= bound;
