/** The mean of at least one number. */
export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean; null of nothing. */
export const meanOrNull = (values: readonly number[]): number | null =>
  values.length === 0 ? null : meanOf(values);
