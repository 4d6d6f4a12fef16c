import * as z from "../../zod";

/** A task's key: text, or a whole number that is read as text. */
export const key = z.pipe(
  z.union([z.string().check(z.minLength(1)), z.int()], { error: "it must be a text or a whole number" }),
  z.transform(String),
);
