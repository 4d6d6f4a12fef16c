import { expect, test } from "vitest";
import { traceOf } from "./trace_rows";

const segment = (text: string) => ({ text, tokens: 4, score: 0.5, advantage: 0.1 });

test("a segment beside the reference: what it states, what it claims against it, what is still missing", () => {
  const { rows, checkpoints } = traceOf("7+8\n9-4\nTake the larger.\nAdd 6.", [
    segment("7+8=15"),
    segment("9-4=6"),
    segment("15>6 take 15"),
    segment("Answer: 15"),
  ]);
  expect(rows.map(({ states }) => states)).toEqual([["7+8=15"], [], ["take 15"], []]);
  expect(rows.map(({ contradicts }) => contradicts)).toEqual([[], ["9-4=6"], [], ["Answer: 15"]]);
  expect(checkpoints.map(({ text, isStated }) => `${isStated ? "+" : "-"}${text}`)).toEqual([
    "+7+8=15",
    "-9-4=5",
    "+take 15",
    "-15+6=21",
    "-Answer: 21",
  ]);
  expect(rows[0]).toMatchObject(segment("7+8=15"));
});

test("of another instruction it knows the scores alone", () => {
  const { rows, checkpoints } = traceOf("Write about a fox.", [segment("The fox ran.")]);
  expect(rows).toEqual([{ ...segment("The fox ran."), states: [], contradicts: [] }]);
  expect(checkpoints).toEqual([]);
});
