import { z } from "zod";

/** A task's key: text, or a whole number that is read as text. */
export const key = z
  .union([z.string().min(1), z.int()], { error: "it must be a text or a whole number" })
  .transform(String);
