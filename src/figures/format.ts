/** Numbers as people read them: a true minus sign, a space before the percent sign, no digits that mean nothing. */

const withMinus = (text: string): string => text.replaceAll("-", "−");

/** True of what would be written with digits other than zero. */
const hasDigits = (text: string): boolean => /[1-9]/.test(text);

/** Fixed digits after the point: "0.71", "−0.01", and "0.00" for what rounds to nothing. */
export function decimal(value: number, digits = 2): string {
  const text = value.toFixed(digits);
  return hasDigits(text) || !Number.isFinite(value) ? withMinus(text) : (0).toFixed(digits);
}

/** As `decimal`, with a plus sign: "+0.87", "−1.67", "0.00". */
export function signed(value: number, digits = 2): string {
  const text = decimal(value, digits);
  return value > 0 && hasDigits(text) ? `+${text}` : text;
}

/** Three significant digits, without trailing zeros: "0.0123", "1.2", "4.1e−5". */
export function significant(value: number, digits = 3): string {
  if (value === 0 || !Number.isFinite(value)) return withMinus(String(value + 0));
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e6)
    return withMinus(
      Number(value.toPrecision(Math.min(digits, 2)))
        .toExponential()
        .replace("e+", "e"),
    );
  return withMinus(String(Number(value.toPrecision(digits))));
}

/** As `significant`, with a plus sign. */
export const signedSignificant = (value: number, digits = 3): string =>
  value > 0 ? `+${significant(value, digits)}` : significant(value, digits);

/** "0.061"; two significant digits below 0.001: "4.1e−5". */
export const probability = (p: number): string =>
  p >= 0.0005 || p === 0 ? decimal(p, 3) : significant(p, 2);

/** "38 %" of a share; one digit more below 1 %. */
export function percent(share: number): string {
  const value = share * 100;
  return `${decimal(value, value !== 0 && Math.abs(value) < 0.95 ? 1 : 0)}\u202f%`;
}

/** Thousands set apart: "1,153". */
export const count = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
