import { count } from "../../figures/format";

const things = (number: number, one: string, many = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : many}`;

/** "20 items by code, 2 by a judge". */
export function itemWords({ code, judged }: { readonly code: number; readonly judged: number }): string {
  if (judged === 0) return `${things(code, "item")} by code`;
  if (code === 0) return `${things(judged, "item")} by a judge`;
  return `${things(code, "item")} by code, ${count(judged)} by a judge`;
}

/** "12 IFEval or IFBench records": what a file was found to hold. */
export const kindWords = (kinds: readonly (readonly [kind: string, records: number])[]): string =>
  kinds.length === 0
    ? "no record of a known kind"
    : kinds
        .map(([kind, records]) =>
          kind === "our own"
            ? `${things(records, "record")} of our own`
            : `${things(records, `${kind} record`)}`,
        )
        .join(", ");

/** "11 tasks". */
export const taskWords = (number: number): string => things(number, "task");

/** "1 record is faulty". */
export const faultWords = (records: number): string =>
  `${things(records, "record")} ${records === 1 ? "is" : "are"} faulty`;
