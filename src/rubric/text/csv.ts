/**
 * The rows of a text as Python's `csv.reader` cuts them (not strict): a field that begins with `"` goes to the next
 * single `"`, line ends included, and goes on after it; anywhere else a quote is a character like any other. An empty
 * line is a row without fields. Null where Python raises an error: something stands between a carriage return and
 * the line end.
 */
export function readCsv(text: string, delimiter: string): string[][] | null {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = "";
  let state: "row" | "field" | "plain" | "quoted" | "quote" | "end" = "row";
  const save = (next: typeof state): void => {
    row.push(field);
    field = "";
    state = next;
  };

  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    for (const unit of line) {
      const isEnd = unit === "\n" || unit === "\r";
      if (state === "end") {
        if (!isEnd) return null;
      } else if (state === "quoted") {
        if (unit === '"') state = "quote";
        else field += unit;
      } else if (isEnd) {
        if (state === "row") state = "end";
        else save("end");
      } else if (unit === delimiter) {
        save("field");
      } else if (unit === '"' && state !== "plain") {
        // The second of two quotes stands for one.
        if (state === "quote") field += unit;
        state = "quoted";
      } else {
        field += unit;
        state = "plain";
      }
    }
    if (state === "quoted") continue;
    if (state !== "row" && state !== "end") save("row");
    rows.push(row);
    row = [];
    state = "row";
  }
  if (state === "quoted") rows.push([...row, field]);
  return rows;
}
