import * as z from "../../../zod";
import { isBlank, strip } from "../../text/python_text";

/** A place that is counted from one. */
export const position = z.int().check(z.minimum(1));

/** A word to look for; white space around it does not count. */
export const keyword = z.pipe(
  z.string().check(z.refine((text) => !isBlank(text), "must not be blank")),
  z.transform(strip),
);

/** A share in percent. */
export const percentage = z.number().check(z.minimum(0));
