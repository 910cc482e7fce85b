/** Magnitudes to the millionth, as the products print them; null for what is no number. */
export function micromag(value: number | null | undefined): number | null {
  if (value === null || value === undefined || !Number.isFinite(value)) return null
  return Math.round(value * 1e6) / 1e6 + 0 // no negative zero
}
