/**
 * Schemas: zod in its small form, with its English messages. The first load of the page holds it twice, in the page and
 * in the training thread, and the usual form is three times as large. Import it as `* as z`.
 */
import { en } from "zod/locales";
import * as z from "zod/mini";

export * from "zod/mini";

z.config(en());

/** A field with its default, and what it is for: the help of the command line, the form and the documentation show it. */
export const field = <Schema extends z.ZodMiniType>(
  schema: Schema,
  fallback: z.core.util.NoUndefined<z.core.output<Schema>>,
  description: string,
) => z._default(schema, fallback).check(z.describe(description));
