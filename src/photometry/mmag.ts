/** A magnitude in whole millimagnitudes, for sentences. */
export const mmag = (mag: number): string => `${(1000 * mag).toFixed(0)} mmag`
