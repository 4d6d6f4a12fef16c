import { z } from "zod";
import { isBlank, strip } from "../../text/python_text";

/** A place that is counted from one. */
export const position = z.int().min(1);

/** A word to look for; white space around it does not count. */
export const keyword = z
  .string()
  .refine((text) => !isBlank(text), "must not be blank")
  .transform(strip);

/** A share in percent. */
export const percentage = z.number().min(0);
