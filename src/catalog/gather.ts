/** values[rows[i]] of 64-bit integers, moved as 32-bit words: no bigint is made. */
export function gatherIntegers(values: BigInt64Array, rows: Uint32Array): BigInt64Array {
  const gathered = new BigInt64Array(rows.length)
  const from = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length)
  const to = new Uint32Array(gathered.buffer)
  for (let i = 0; i < rows.length; i++) {
    to[2 * i] = from[2 * rows[i]!]!
    to[2 * i + 1] = from[2 * rows[i]! + 1]!
  }
  return gathered
}

export function gatherDoubles(values: Float64Array | Float32Array, rows: Uint32Array): Float64Array {
  const gathered = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) gathered[i] = values[rows[i]!]!
  return gathered
}

export function gatherFloats(values: Float64Array | Float32Array, rows: Uint32Array): Float32Array {
  const gathered = new Float32Array(rows.length)
  for (let i = 0; i < rows.length; i++) gathered[i] = values[rows[i]!]!
  return gathered
}
