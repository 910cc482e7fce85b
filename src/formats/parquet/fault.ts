/**
 * What a decoder says is wrong. Errors of the language speak of variables: a TypeError means that a value is not of the
 * kind it must be, a RangeError that bytes are wanted from beyond the end.
 */
export function faultOf(cause: unknown): string {
  if (cause instanceof TypeError) return 'a field is not of the kind that the format has there'
  if (cause instanceof RangeError) return 'it speaks of bytes beyond its end'
  return (cause as Error).message
}
