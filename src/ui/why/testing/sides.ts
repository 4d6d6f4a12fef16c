/** Both sides of "left = right" as numbers: the left one is computed as a reader would with a calculator. */
export function sides(line: string): [left: number, right: number] {
  const [left, right] = line.split(" = ");
  const script = left
    .replaceAll("−", "-")
    .replaceAll("×", "*")
    .replaceAll("^", "**")
    .replace(/\bln\(/g, "log(")
    .replace(/\b(exp|log|max|sqrt)\(/g, "Math.$1(")
    .replace(/(?<=[*/+(-] ?)-(?=[\d.])/g, "-");
  if (!/^[\d\s.e+*/(),-]*((Math\.\w+)[\d\s.e+*/(),-]*)*$/.test(script))
    throw new Error(`no arithmetic: ${line}`);
  return [Number(new Function(`return ${script}`)()), Number(right.replaceAll("−", "-"))];
}
